import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { readConfig } from '../../shared/config'
import { door } from '../../shared/door'
import { LAMBDA_ACCOUNTS } from '../../shared/labellers/ground-truth'
import { s3Objects } from '../../shared/objects'
import { readSettings } from '../../shared/settings'
import { awsAccount } from './account'
import { answerDoctor, doctorRequest, examine } from './examine'
import { foresee } from './new-labels'

const config = readConfig([
  'stage',
  'region',
  'bucket',
  'taskRoot',
  'sourceSecrets',
  'outline',
  'annotatorLinkSecret',
  'ownerLinkSecret',
  'readerLinkSecret',
])

const objects = s3Objects(new S3Client(), config.bucket)
const account = awsAccount({
  lambda: new LambdaClient(),
  quotas: new ServiceQuotasClient(),
  sagemaker: new SageMakerClient(),
  secrets: new SecretsManagerClient(),
  objects,
})

export const handler = door(
  'doctor',
  {
    schema: doctorRequest,
    work: answerDoctor({
      examined: examine({
        ...config,
        linkSecrets: {
          annotator: config.annotatorLinkSecret,
          owner: config.ownerLinkSecret,
          reader: config.readerLinkSecret,
        },
        account,
        settings: readSettings(config.taskRoot),
        groundTruthRegions: Object.keys(LAMBDA_ACCOUNTS),
      }),
      foreseen: foresee(objects),
    }),
  },
  [],
)

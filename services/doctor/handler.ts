import { BedrockClient } from '@aws-sdk/client-bedrock'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { SNSClient } from '@aws-sdk/client-sns'
import { SQSClient } from '@aws-sdk/client-sqs'
import { readConfig } from '../../shared/config'
import { door } from '../../shared/door'
import { LAMBDA_ACCOUNTS } from '../../shared/labellers/ground-truth'
import { s3Objects } from '../../shared/objects'
import { readSettings } from '../../shared/settings'
import { dynamoTable } from '../../shared/table'
import { measure } from '../../shared/watch/metrics'
import { awsAccount } from './account'
import { bedrockAccount } from './bedrock-account'
import { answerDoctor, doctorRequest, examine } from './examine'
import { foresee } from './new-labels'
import { sqsCounts } from './today/queues'
import { today } from './today/today'

const config = readConfig([
  'stage',
  'region',
  'bucket',
  'table',
  'taskRoot',
  'sourceSecrets',
  'outline',
  'annotatorLinkSecret',
  'ownerLinkSecret',
  'readerLinkSecret',
  'deadLetters',
  'topics',
])
const settings = readSettings(config.taskRoot)

const objects = s3Objects(new S3Client(), config.bucket)
const quotas = new ServiceQuotasClient()
const account = awsAccount({
  lambda: new LambdaClient(),
  quotas,
  sagemaker: new SageMakerClient(),
  secrets: new SecretsManagerClient(),
  sns: new SNSClient(),
  objects,
})
const bedrock = bedrockAccount({ bedrock: (region) => new BedrockClient({ region }), quotas })

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
        bedrock,
        settings,
        groundTruthRegions: Object.keys(LAMBDA_ACCOUNTS),
      }),
      foreseen: foresee(objects),
      today: today({
        objects,
        table: dynamoTable(new DynamoDBClient(), config.table),
        settings,
        countMessages: sqsCounts(new SQSClient()),
        deadLetters: config.deadLetters,
        stage: config.stage,
        measure,
      }),
    }),
  },
  [],
)

import { LambdaClient } from '@aws-sdk/client-lambda'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { z } from 'zod'
import { readConfig } from '../../shared/config'
import { door } from '../../shared/door'
import { readSettings } from '../../shared/settings'
import { BLAZINGTEXT_REGIONS } from '../trainer/image'
import { awsAccount } from './account'
import { examine } from './examine'
import { groundTruthRegions } from './regions'

const config = readConfig(['stage', 'region', 'taskRoot', 'xSecret', 'linkSecret'])

const account = awsAccount({
  lambda: new LambdaClient(),
  quotas: new ServiceQuotasClient(),
  sagemaker: new SageMakerClient(),
  secrets: new SecretsManagerClient(),
})

export const handler = door(
  'doctor',
  {
    schema: z.strictObject({}),
    work: examine({
      ...config,
      account,
      settings: readSettings(config.taskRoot),
      blazingTextRegions: BLAZINGTEXT_REGIONS,
      groundTruthRegions,
    }),
  },
  [],
)

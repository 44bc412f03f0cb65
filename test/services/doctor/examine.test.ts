import path from 'node:path'
import {
  BedrockClient,
  GetFoundationModelAvailabilityCommand,
  GetFoundationModelCommand,
  GetInferenceProfileCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-bedrock'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { ListLabelingJobsCommand, ListWorkteamsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker'
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { ListServiceQuotasCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns'
import { mockClient } from 'aws-sdk-client-mock'
import { HeadObjectCommand, NotFound, S3Client } from '@aws-sdk/client-s3'
import { awsAccount } from '../../../services/doctor/account'
import { bedrockAccount } from '../../../services/doctor/bedrock-account'
import { examine } from '../../../services/doctor/examine'
import { s3Objects } from '../../../shared/objects'
import { llmOptions } from '../../../shared/second-opinions'
import { readSettings } from '../../../shared/settings'

const secrets = mockClient(SecretsManagerClient)
const quotas = mockClient(ServiceQuotasClient)
const lambda = mockClient(LambdaClient)
const sagemaker = mockClient(SageMakerClient)
const s3 = mockClient(S3Client)
const bedrock = mockClient(BedrockClient)
const sns = mockClient(SNSClient)

const quotasClient = new ServiceQuotasClient({ region: 'eu-west-1' })
const settings = readSettings(path.resolve(__dirname, '../../..'))
const account = awsAccount({
  lambda: new LambdaClient({ region: 'eu-west-1' }),
  quotas: quotasClient,
  sagemaker: new SageMakerClient({ region: 'eu-west-1' }),
  secrets: new SecretsManagerClient({ region: 'eu-west-1' }),
  sns: new SNSClient({ region: 'eu-west-1' }),
  objects: s3Objects(new S3Client({ region: 'eu-west-1' }), 'the-bucket'),
})
const places = { stage: 'dev', region: 'eu-west-1', groundTruthRegions: [], topics: { 'report.mail': 'arn:mail' } }
const secretNames = {
  sourceSecrets: { x: 'XToken-1' },
  linkSecrets: { annotator: 'LinkKey-1', owner: 'OwnerLinkKey-1', reader: 'ReaderLinkKey-1' },
}
const outline = { functions: ['collector', 'desk'], alarms: 24 }
const ports = {
  account,
  bedrock: bedrockAccount({ bedrock: (region) => new BedrockClient({ region }), quotas: quotasClient }),
}
const ask = examine({ ...ports, outline, settings, bucket: 'the-bucket', ...secretNames, ...places })

beforeEach(() => {
  secrets.reset()
  secrets.on(DescribeSecretCommand).resolves({ VersionIdsToStages: { v1: ['AWSCURRENT'] } })
  quotas.reset()
  quotas
    .on(ListServiceQuotasCommand)
    .resolvesOnce({ Quotas: [{ QuotaName: 'ml.c5.xlarge for spot training job usage', Value: 2 }], NextToken: 'more' })
    .resolves({ Quotas: [{ QuotaName: 'ml.c5.xlarge for training job usage', Value: 1 }] })
  lambda.reset()
  lambda.on(GetAccountSettingsCommand).resolves({ AccountLimit: { ConcurrentExecutions: 1000 } })
  sagemaker.reset()
  sagemaker.on(ListWorkteamsCommand).resolves({ Workteams: [] })
  sns.reset()
  s3.reset()
  s3.on(HeadObjectCommand).resolves({})
  sagemaker.on(ListLabelingJobsCommand).resolves({ LabelingJobSummaryList: [] })
})

it('reports ready when nothing is missing, reading quotas from every page', async () => {
  const { ready, findings } = await ask()

  expect(ready).toBe(true)
  expect(findings.map(({ verdict }) => verdict)).not.toContain('missing')
  expect(findings).toContainEqual(expect.objectContaining({ found: 'the quota is 2' }))
})

it('reports ready, with a warning, while an address of the weekly mail is unconfirmed', async () => {
  const pending = { Endpoint: 'ben@x.org', SubscriptionArn: 'PendingConfirmation' }
  const confirmed = { Endpoint: 'ana@x.org', SubscriptionArn: 'arn:aws:sns:eu-west-1:000000000000:mail:1' }
  sns
    .on(ListSubscriptionsByTopicCommand, { TopicArn: 'arn:mail' })
    .resolvesOnce({ Subscriptions: [pending], NextToken: 'more' })
    .resolves({ Subscriptions: [confirmed] })
  const mailed = { ...settings, report: { ...settings.report, mail: ['ana@x.org', 'ben@x.org'] } }
  const { ready, findings } = await examine({
    ...ports,
    outline,
    settings: mailed,
    bucket: 'the-bucket',
    ...secretNames,
    ...places,
  })()

  expect(ready).toBe(true)
  expect(findings).toContainEqual(
    expect.objectContaining({ verdict: 'warning', found: 'not confirmed: ben@x.org; SNS mails them nothing' }),
  )
})

it('does not report ready when the link key has no value', async () => {
  secrets.on(DescribeSecretCommand, { SecretId: 'LinkKey-1' }).resolves({ Name: 'LinkKey-1' })

  const { ready, findings } = await ask()

  expect(ready).toBe(false)
  expect(findings.find(({ verdict }) => verdict === 'missing')?.remedy).toContain('--secret-id LinkKey-1')
})

it('does not report ready when the file of posts is missing from the bucket', async () => {
  s3.on(HeadObjectCommand, { Key: 'sources/sample.jsonl' }).rejects(new NotFound({ message: '', $metadata: {} }))

  const { ready, findings } = await ask()

  expect(ready).toBe(false)
  expect(findings.find(({ verdict }) => verdict === 'missing')?.found).toBe('sample.jsonl is not there')
})

it('does not report ready when the link key could not be checked', async () => {
  secrets.on(DescribeSecretCommand, { SecretId: 'LinkKey-1' }).rejects(new Error('no'))

  expect(await ask()).toMatchObject({ ready: null })
})

it('does not report ready when something is missing, even if something else could not be checked', async () => {
  secrets.on(DescribeSecretCommand, { SecretId: 'LinkKey-1' }).resolves({ Name: 'LinkKey-1' })
  quotas.on(ListServiceQuotasCommand).rejects(new Error('no'))

  expect(await ask()).toMatchObject({ ready: false })
})

it('reports what AWS does not answer, continues, and does not report ready', async () => {
  quotas.on(ListServiceQuotasCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }))

  const { ready, findings } = await ask()

  expect(ready).toBeNull()
  expect(findings.filter(({ verdict }) => verdict === 'could not be checked').map(({ found }) => found)).toEqual([
    'AccessDeniedException: no',
    'AccessDeniedException: no',
  ])
})

it('does not treat a quota with only a default value as zero', async () => {
  quotas.reset()
  quotas
    .on(ListServiceQuotasCommand)
    .resolves({ Quotas: [{ QuotaName: 'ml.c5.xlarge for spot training job usage', Value: 0 }] })

  const { findings } = await ask()

  expect(findings).toContainEqual(
    expect.objectContaining({ verdict: 'missing', found: expect.stringContaining('is 0') }),
  )
  expect(findings.filter(({ verdict }) => verdict === 'could not be checked')).toEqual([
    expect.objectContaining({
      check: 'ml.c5.xlarge for training job usage',
      found: expect.stringContaining('default'),
    }),
  ])
})

describe('the doctor with a language model on Amazon Bedrock', () => {
  const llm = llmOptions.parse({
    provider: 'bedrock',
    model: 'eu.amazon.nova-lite-v1:0',
    regions: ['eu-west-1', 'eu-north-1'],
    sendsPosts: true,
    caps: { usd: { perDay: 1, perMonth: 20 }, requests: { perDay: 2000, perMonth: 60_000 } },
    pricePerMillionTokensUsd: { input: 0.06, output: 0.24 },
  })
  const place = { ...ports, outline, bucket: 'the-bucket', ...secretNames, ...places }
  const modelArn = (region: string) => `arn:aws:bedrock:${region}::foundation-model/amazon.nova-lite-v1:0`

  beforeEach(() => {
    bedrock.reset()
    bedrock.on(GetInferenceProfileCommand).resolves({
      models: ['eu-west-1', 'eu-north-1'].map((region) => ({ modelArn: modelArn(region) })),
    })
    bedrock.on(GetFoundationModelCommand).resolves({
      modelDetails: { modelArn: '', modelId: '', providerName: 'Amazon', modelName: 'Nova Lite' },
    })
    bedrock.on(GetFoundationModelAvailabilityCommand).resolves({
      agreementAvailability: { status: 'AVAILABLE' },
      authorizationStatus: 'AUTHORIZED',
      entitlementAvailability: 'AVAILABLE',
      regionAvailability: 'AVAILABLE',
    })
    quotas.on(ListServiceQuotasCommand, { ServiceCode: 'bedrock' }).resolves({
      Quotas: [{ QuotaName: 'Cross-region model inference tokens per minute for Amazon Nova Lite', Value: 400_000 }],
    })
  })

  it('is ready when the account has access and a quota', async () => {
    const { ready, findings } = await examine({ ...place, settings: { ...settings, llm } })()

    expect(ready).toBe(true)
    expect(findings).toContainEqual(
      expect.objectContaining({
        check: 'quota of the language model',
        found: expect.stringContaining('400000 tokens'),
      }),
    )
  })

  it('is not ready when Amazon Bedrock has no such model', async () => {
    bedrock
      .on(GetFoundationModelAvailabilityCommand)
      .rejects(new ResourceNotFoundException({ message: '', $metadata: {} }))

    expect(await examine({ ...place, settings: { ...settings, llm } })()).toMatchObject({ ready: false })
  })

  it('checks nothing while posts may not be sent', async () => {
    await examine({ ...place, settings: { ...settings, llm: { ...llm, sendsPosts: false } } })()

    expect(bedrock.calls()).toEqual([])
  })
})

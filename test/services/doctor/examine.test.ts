import path from 'node:path'
import { beforeEach, expect, it } from '@jest/globals'
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { ListLabelingJobsCommand, ListWorkteamsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker'
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { ListServiceQuotasCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { mockClient } from 'aws-sdk-client-mock'
import { HeadObjectCommand, NotFound, S3Client } from '@aws-sdk/client-s3'
import { awsAccount } from '../../../services/doctor/account'
import { examine } from '../../../services/doctor/examine'
import { s3Objects } from '../../../shared/objects'
import { readSettings } from '../../../shared/settings'

const secrets = mockClient(SecretsManagerClient)
const quotas = mockClient(ServiceQuotasClient)
const lambda = mockClient(LambdaClient)
const sagemaker = mockClient(SageMakerClient)
const s3 = mockClient(S3Client)

const settings = readSettings(path.resolve(__dirname, '../../..'))
const account = awsAccount({
  lambda: new LambdaClient({ region: 'eu-west-1' }),
  quotas: new ServiceQuotasClient({ region: 'eu-west-1' }),
  sagemaker: new SageMakerClient({ region: 'eu-west-1' }),
  secrets: new SecretsManagerClient({ region: 'eu-west-1' }),
  objects: s3Objects(new S3Client({ region: 'eu-west-1' }), 'the-bucket'),
})
const places = { stage: 'dev', region: 'eu-west-1', groundTruthRegions: [] }
const secretNames = {
  sourceSecrets: { x: 'XToken-1' },
  linkSecrets: { annotator: 'LinkKey-1', owner: 'OwnerLinkKey-1', reader: 'ReaderLinkKey-1' },
}
const outline = { functions: ['collector', 'desk'], alarms: 24 }
const ask = examine({ account, outline, settings, bucket: 'the-bucket', ...secretNames, ...places })

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
  s3.reset()
  s3.on(HeadObjectCommand).resolves({})
  sagemaker.on(ListLabelingJobsCommand).resolves({ LabelingJobSummaryList: [] })
})

it('is ready when nothing is missing, quotas read from every page', async () => {
  const { ready, findings } = await ask()

  expect(ready).toBe(true)
  expect(findings.map(({ verdict }) => verdict)).not.toContain('missing')
  expect(findings).toContainEqual(expect.objectContaining({ found: 'the quota is 2' }))
})

it('is not ready when the link key has no value', async () => {
  secrets.on(DescribeSecretCommand, { SecretId: 'LinkKey-1' }).resolves({ Name: 'LinkKey-1' })

  const { ready, findings } = await ask()

  expect(ready).toBe(false)
  expect(findings.find(({ verdict }) => verdict === 'missing')?.remedy).toContain('--secret-id LinkKey-1')
})

it('is not ready when the file of posts is not in the bucket', async () => {
  s3.on(HeadObjectCommand, { Key: 'sources/sample.jsonl' }).rejects(new NotFound({ message: '', $metadata: {} }))

  const { ready, findings } = await ask()

  expect(ready).toBe(false)
  expect(findings.find(({ verdict }) => verdict === 'missing')?.found).toBe('sample.jsonl is not there')
})

it('does not say ready when the key of the links could not be checked', async () => {
  secrets.on(DescribeSecretCommand, { SecretId: 'LinkKey-1' }).rejects(new Error('no'))

  expect(await ask()).toMatchObject({ ready: null })
})

it('is not ready when something is missing, whatever else could not be checked', async () => {
  secrets.on(DescribeSecretCommand, { SecretId: 'LinkKey-1' }).resolves({ Name: 'LinkKey-1' })
  quotas.on(ListServiceQuotasCommand).rejects(new Error('no'))

  expect(await ask()).toMatchObject({ ready: false })
})

it('reports what AWS does not answer, goes on, and does not say ready', async () => {
  quotas.on(ListServiceQuotasCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }))

  const { ready, findings } = await ask()

  expect(ready).toBeNull()
  expect(findings.filter(({ verdict }) => verdict === 'could not be checked').map(({ found }) => found)).toEqual([
    'AccessDeniedException: no',
    'AccessDeniedException: no',
  ])
})

it('does not take a quota that has only its default for none', async () => {
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

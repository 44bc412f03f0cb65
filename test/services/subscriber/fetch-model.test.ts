import { createHash } from 'node:crypto'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, it } from '@jest/globals'
import { mockClient } from 'aws-sdk-client-mock'
import { modelPromoted, modelRolledBack } from '../../../events'
import { fetchModel, announcedModel } from '../../../services/subscriber/fetch-model'

const bytes = Buffer.from('a model')
const sha256 = createHash('sha256').update(bytes).digest('hex')
const event = announcedModel.parse({
  ...modelPromoted.example,
  artefact: 's3://bucket/models/job/output/model.tar.gz',
  sha256,
})

function serving() {
  const client = new S3Client({ region: 'eu-west-1' })
  const mock = mockClient(client)
  mock.on(GetObjectCommand).callsFake(() => ({ Body: { transformToByteArray: async () => bytes } }))
  return { client, asked: () => mock.commandCalls(GetObjectCommand).map((call) => call.args[0].input) }
}

it.each([
  ['ModelPromoted', modelPromoted],
  ['ModelRolledBack', modelRolledBack],
] as const)('reads %s as it is published', (_, { example }) => {
  expect(announcedModel.safeParse(example).error).toBeUndefined()
})

it('fetches the version that the event names', async () => {
  const { client, asked } = serving()

  expect(await fetchModel(client, event)).toEqual(bytes)
  expect(asked()).toEqual([
    { Bucket: 'bucket', Key: 'models/job/output/model.tar.gz', VersionId: modelPromoted.example.versionId },
  ])
})

it('fetches the only version of an unversioned object', async () => {
  const { client, asked } = serving()

  await fetchModel(client, { ...event, versionId: null })

  expect(asked()).toEqual([{ Bucket: 'bucket', Key: 'models/job/output/model.tar.gz' }])
})

it('refuses an artefact other than the one that was measured', async () => {
  await expect(fetchModel(serving().client, { ...event, sha256: '0'.repeat(64) })).rejects.toThrow(
    `found SHA-256 ${sha256}, the event says 000`,
  )
})

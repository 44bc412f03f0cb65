import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import { useCloud } from './running-cloud'
import { allow, fn, role } from './template'

const { cloud, file, start } = useCloud()

const source = `
  const { S3Client, ...s3 } = sdk('@aws-sdk/client-s3')
  const { SQSClient, SendMessageCommand } = sdk('@aws-sdk/client-sqs')
  const { Upload } = sdk('@aws-sdk/lib-storage')
  exports.handler = async ({ QueueUrl }) => {
    const client = new S3Client()
    const Bucket = 'data'
    await client.send(new s3.PutObjectCommand({ Bucket, Key: 'a b/ü', Body: 'hello', ContentType: 'text/csv', IfNoneMatch: '*', Metadata: { run: '1' } }))
    await (await client.send(new s3.GetObjectCommand({ Bucket, Key: 'a b/ü', Range: 'bytes=0-1' }))).Body.transformToString()
    await client.send(new s3.ListObjectsV2Command({ Bucket, Prefix: 'a b/', MaxKeys: 5 }))
    await client.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a&b' }], Quiet: true } }))
    await new Upload({ client, params: { Bucket, Key: 'parts', Body: Buffer.alloc(6 * 1024 * 1024) } }).done()
    await new SQSClient().send(new SendMessageCommand({ QueueUrl, MessageBody: 'hi', DelaySeconds: 5 }))
  }`

it('records what a function sends as the input of its command', async () => {
  const folder = file('record')
  await start(
    {
      Role: role([allow('*')]),
      Data: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'data' } },
      Work: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'work' } },
      Sends: fn(source, { FunctionName: 'sends' }),
    },
    { recordDir: folder },
  )
  const QueueUrl = cloud().sqs.urlOf('work')
  expect(await cloud().invoke('sends', { QueueUrl })).toMatchObject({ payload: 'null' })

  const recorded = Object.fromEntries(
    readdirSync(folder).map((name) => [
      name.split('.').slice(1, 3).join('.'),
      JSON.parse(readFileSync(path.join(folder, name), 'utf8')),
    ]),
  )
  expect(recorded['s3.PutObject']).toMatchObject({
    Bucket: 'data',
    Key: 'a b/ü',
    Body: { length: 5 },
    ContentType: 'text/csv',
    IfNoneMatch: '*',
    Metadata: { run: '1' },
  })
  expect(recorded['s3.GetObject']).toMatchObject({ Bucket: 'data', Key: 'a b/ü', Range: 'bytes=0-1' })
  expect(recorded['s3.ListObjectsV2']).toEqual({ Bucket: 'data', Prefix: 'a b/', MaxKeys: 5 })
  expect(recorded['s3.DeleteObjects']).toMatchObject({ Delete: { Objects: [{ Key: 'a&b' }], Quiet: true } })
  expect(recorded['s3.UploadPart']).toMatchObject({
    Key: 'parts',
    PartNumber: expect.any(Number),
    UploadId: expect.any(String),
  })
  expect(recorded['s3.CompleteMultipartUpload'].MultipartUpload.Parts).toMatchObject([
    { PartNumber: 1 },
    { PartNumber: 2 },
  ])
  expect(recorded['sqs.SendMessage']).toEqual({ QueueUrl, MessageBody: 'hi', DelaySeconds: 5 })
})

import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, expect, it } from '@jest/globals'
import { createCloud } from '../src'

const folder = mkdtempSync(path.join(tmpdir(), 'second-stack-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('runs a foreign stack as osls packages it: put, function, queue, function, table', async () => {
  const service = path.join(folder, 'service')
  cpSync(path.join(__dirname, 'second-stack'), service, { recursive: true })
  const packageDir = path.join(folder, 'packaged')
  const sls = createRequire(__filename).resolve('serverless/bin/serverless.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [sls, 'package', '--package', packageDir], {
    cwd: service,
    encoding: 'utf8',
  })
  expect({ status, said: stdout + stderr }).toMatchObject({ status: 0 })

  const cloud = await createCloud({ packageDir, dataDir: path.join(folder, 'data') })
  try {
    const named = (id: string) => cloud.stack.resources.find(({ logicalId }) => logicalId === id)?.ref
    const { endpoint, region } = cloud
    const client = { endpoint, region, credentials: { accessKeyId: 'owner', secretAccessKey: 'owner' } }
    const put = new PutObjectCommand({ Bucket: 'lengths-uploads', Key: 'my greeting.txt', Body: 'hello, world' })
    await new S3Client(client).send(put)
    await cloud.idle()

    const get = new GetItemCommand({ TableName: named('Table'), Key: { key: { S: 'my greeting.txt' } } })
    const { Item } = await new DynamoDBClient(client).send(get)
    expect(Item).toEqual({ key: { S: 'my greeting.txt' }, length: { N: '12' } })

    // Each function calls with its role, which allows only this.
    expect(cloud.calls.filter(({ functionName }) => functionName).map(({ operation }) => operation)).toEqual([
      'SendMessage',
      'GetObject',
      'PutItem',
    ])
  } finally {
    await cloud.close()
  }

  const template = path.join(packageDir, 'cloudformation-template-update-stack.json')
  // The stack is named after the service.
  expect(await firstWordsOf(template)).toMatch(/\nThe stack has:\n  AWS::SQS::Queue .*\/lengths-test-Queue-/)
}, 120_000)

/** The output of the command for a template, before it serves. */
function firstWordsOf(template: string): Promise<string> {
  const command = [
    'bin/run.mjs',
    'packages/embedded-aws/src/cli.ts',
    '--port',
    '0',
    '--data',
    path.join(folder, 'served'),
  ]
  const child = spawn(process.execPath, [...command, '--template', template], {
    cwd: path.resolve(__dirname, '../../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve) => {
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('lengths-uploads')) child.kill('SIGTERM')
    })
    child.on('close', () => resolve(said))
  })
}

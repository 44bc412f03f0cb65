import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import { createCloud } from '../src/cloud'
import { useCloud } from './running-cloud'
import { fn, queue, role } from './template'

const { dataDir, file, start, cloud } = useCloud()

const table = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  },
}

it('refuses an unsupported template, naming what it cannot serve', async () => {
  const template = { Resources: { Db: { Type: 'AWS::RDS::DBInstance' } } }
  await expect(createCloud({ dataDir: dataDir(), template })).rejects.toThrow('AWS::RDS::DBInstance')
  const streaming = { ...table, Properties: { ...table.Properties, StreamSpecification: {} } }
  await expect(createCloud({ dataDir: dataDir(), template: { Resources: { Rows: streaming } } })).rejects.toThrow(
    /^Rows \(AWS::DynamoDB::Table\): .*\n✖ Unrecognized key: "StreamSpecification"$/,
  )
  const unpacked = fn('', { Code: { S3Bucket: 'b', S3Key: 'serverless/1/missing.zip' } })
  await expect(
    createCloud({ dataDir: dataDir(), template: { Resources: { Role: role(), Work: unpacked } } }),
  ).rejects.toThrow(/^Work \(AWS::Lambda::Function\): its code .*missing\.zip is not there: run `sls package` again$/)
  await start({ Work: queue({ QueueName: 'work' }) })
  expect(cloud().sqs.queue('work')).toBeDefined()
})

it('refuses a folder that another process uses, but not one that a process left', async () => {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  writeFileSync(file('process'), String(other.pid))
  await expect(createCloud({ dataDir: dataDir() })).rejects.toThrow(
    `in use by process ${other.pid}: stop that process, or choose another folder`,
  )

  other.kill()
  await new Promise((resolve) => other.once('close', resolve))
  await start()
  expect(cloud().endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
})

it('accepts a folder relative to the working directory', async () => {
  const code = 'exports.handler = async (event) => event'
  await start({ Echo: fn(code, { FunctionName: 'echo' }) }, { dataDir: path.relative('.', dataDir()) })

  expect(await cloud().invoke('echo', [1])).toMatchObject({ payload: '[1]' })
})

it('says that its port is in use, and leaves nothing open and the folder unlocked', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo

  await expect(createCloud({ dataDir: dataDir(), port })).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`)

  other.close()
  expect(existsSync(file('process'))).toBe(false)
})

it('keeps its state and its time across a restart', async () => {
  const resources = { Work: queue({ QueueName: 'work' }) }
  await start(resources)
  cloud().sqs.queue('work')?.send({ body: 'kept', senderId: 'x' })
  await cloud().advance(3 * 86_400_000)
  const before = cloud().clock.now()

  await start(resources)
  expect(cloud().clock.now()).toBeGreaterThanOrEqual(before)
  expect(cloud().sqs.queue('work')?.receive(1)).toMatchObject([{ body: 'kept' }])
})

it('names work in progress when it does not come to rest', async () => {
  await start({ Slow: fn('exports.handler = () => new Promise((r) => setTimeout(r, 500))', { FunctionName: 'slow' }) })
  const running = cloud().invoke('slow', {})
  await expect(cloud().idle(50)).rejects.toThrow('still in flight: slow')
  await running
  await cloud().idle()
})

it('calls a function by the last part of its name, and refuses a missing one', async () => {
  await start({ Echo: fn('exports.handler = async (event) => event', { FunctionName: 'bellwether-dev-echo' }) })
  expect(await cloud().invoke('echo', [1])).toMatchObject({ payload: '[1]' })
  await expect(cloud().invoke('ech', {})).rejects.toThrow('no function ech among bellwether-dev-echo')
})

import { request } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda'
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { createAccessKeys } from '../src/access-keys'
import { listen } from '../src/http'
import { signedFor, useCloud } from './running-cloud'
import { fn } from './template'

const { cloud, start } = useCloud()
const client = () => ({
  endpoint: cloud().endpoint,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'owner', secretAccessKey: 'owner' },
  maxAttempts: 1,
})

describe('the HTTP port', () => {
  it('gives every response an id and the time of the cloud', async () => {
    await start()
    await cloud().advance(100 * 86_400_000)
    const response = await fetch(cloud().endpoint, { headers: signedFor('s3') })

    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/)
    expect(Math.abs(Date.parse(response.headers.get('date') ?? '') - cloud().clock.now())).toBeLessThan(60_000)
  })

  it('refuses an unknown service by name', async () => {
    await start()
    const response = await fetch(cloud().endpoint, { headers: signedFor('rekognition') })

    expect(response.status).toBe(501)
    expect(await response.text()).toContain('no service rekognition')
  })

  it('refuses an unknown operation by name', async () => {
    await start()
    const headers = { ...signedFor('sqs'), 'x-amz-target': 'AmazonSQS.StartMessageMoveTask' }
    const response = await fetch(cloud().endpoint, { method: 'POST', headers, body: '{}' })

    expect(response.status).toBe(501)
    expect(await response.text()).toContain('StartMessageMoveTask')
  })

  it('listens on the loopback interface only', async () => {
    await start()
    expect(new URL(cloud().endpoint).hostname).toBe('127.0.0.1')
  })

  it('accepts a request that arrives in several chunks', async () => {
    await start()
    const body = await new Promise<string>((resolve, reject) => {
      const headers = { ...signedFor('sqs'), 'x-amz-target': 'AmazonSQS.CreateQueue' }
      const sending = request(cloud().endpoint, { method: 'POST', headers }, (incoming) => {
        incoming.setEncoding('utf8').once('data', resolve)
      })
      sending.once('error', reject)
      sending.write('{"QueueName":')
      setTimeout(() => sending.end('"q"}'), 20)
    })
    expect(JSON.parse(body)).toEqual({ QueueUrl: `${cloud().endpoint}/000000000000/q` })
  })
})

it('limits the time a client has for its headers', async () => {
  const doors = {
    keys: createAccessKeys('000000000000'),
    clock: { now: () => 0 },
    signed: async () => ({ status: 200 }),
    plain: async () => ({ status: 200 }),
  }
  const server = await listen(0, doors, 300)
  const began = performance.now()
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(server.endpoint).port), '127.0.0.1')
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk) => (text += chunk))
    socket.on('error', reject).on('close', () => resolve(text))
    socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n')
  })
  await server.close()

  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  expect(performance.now() - began).toBeLessThan(5000)
})

it.each([
  ['a header', { headers: { authorization: 'AWS AKIAEXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=' } }, ''],
  ['an address', {}, '?AWSAccessKeyId=AKIAEXAMPLE&Expires=1175139620&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D'],
])('asks for signature version 4 when %s has version 2', async (_, init, query) => {
  await start()
  const response = await fetch(`${cloud().endpoint}/bucket/key${query}`, init)

  expect(response.status).toBe(400)
  expect(await response.text()).toMatch(/<Code>InvalidRequest<\/Code>.*Please use AWS4-HMAC-SHA256/)
})

describe('the Lambda API', () => {
  const source = 'exports.handler = async (event) => { if (event.fail) throw new RangeError("no"); return event }'

  it("returns the function's result", async () => {
    await start({ Echo: fn(source, { FunctionName: 'stack-echo' }) })
    const lambda = new LambdaClient(client())

    const answer = await lambda.send(new InvokeCommand({ FunctionName: 'stack-echo', Payload: Buffer.from('{"a":1}') }))
    expect([answer.StatusCode, answer.FunctionError, Buffer.from(answer.Payload!).toString()]).toEqual([
      200,
      undefined,
      '{"a":1}',
    ])
    const { Functions } = await lambda.send(new ListFunctionsCommand({}))
    expect(Functions?.map(({ FunctionName }) => FunctionName)).toEqual(['stack-echo'])
  })

  it('describes how a function is deployed', async () => {
    await start({
      Echo: fn(source, { FunctionName: 'stack-echo', Timeout: 7, Environment: { Variables: { BUCKET: 'mine' } } }),
    })
    const configured = await new LambdaClient(client()).send(
      new GetFunctionConfigurationCommand({ FunctionName: 'stack-echo' }),
    )

    expect(configured).toMatchObject({
      FunctionName: 'stack-echo',
      Timeout: 7,
      Environment: { Variables: { BUCKET: 'mine' } },
    })
  })

  it("returns the function's error", async () => {
    await start({ Echo: fn(source, { FunctionName: 'echo' }) })
    const answer = await new LambdaClient(client()).send(
      new InvokeCommand({ FunctionName: 'echo', Payload: Buffer.from('{"fail":true}') }),
    )
    expect(answer.FunctionError).toBe('Unhandled')
    expect(JSON.parse(Buffer.from(answer.Payload!).toString())).toMatchObject({
      errorType: 'RangeError',
      errorMessage: 'no',
    })
  })

  it.each([
    ['a missing function', { FunctionName: 'none' }, 'ResourceNotFoundException'],
    [
      'a request that is not JSON',
      { FunctionName: 'echo', Payload: Buffer.from('{') },
      'InvalidRequestContentException',
    ],
  ])('refuses %s', async (_, input, name) => {
    await start({ Echo: fn(source, { FunctionName: 'echo' }) })
    await expect(new LambdaClient(client()).send(new InvokeCommand(input))).rejects.toMatchObject({ name })
  })

  it('has no configuration of a missing function', async () => {
    await start()
    await expect(
      new LambdaClient(client()).send(new GetFunctionConfigurationCommand({ FunctionName: 'none' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })
})

describe('credentials of a role', () => {
  it('allow what the role may do', async () => {
    await start()
    const { accessKeyId, secretAccessKey, sessionToken } = cloud().credentialsFor('Role', 'job')
    const sqs = new SQSClient({ ...client(), credentials: { accessKeyId, secretAccessKey, sessionToken } })

    await expect(sqs.send(new ListQueuesCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(/assumed-role\/.*\/job is not authorized to perform: sqs:ListQueues/),
    })
    expect(await new SQSClient(client()).send(new ListQueuesCommand({}))).toHaveProperty(
      '$metadata.httpStatusCode',
      200,
    )
  })
})

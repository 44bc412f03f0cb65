import { createWriteStream, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from '@jest/globals'
import { ZipFile } from 'yazl'
import { eventsIn, useCloud } from './running-cloud'
import { allow, arn, fn, queue, recording, role } from './template'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const { cloud, dataDir, file, start, bodies } = useCloud()

describe('a worker', () => {
  it('has the environment of its function and nothing of the host process', async () => {
    process.env.SECRET_OF_THE_PARENT = 'x'
    await start({
      Hello: fn('exports.handler = async (event) => ({ event, env: process.env, cwd: process.cwd() })', {
        FunctionName: 'hello',
        Environment: { Variables: { COLOUR: 'blue', STACK: { Ref: 'AWS::StackName' } } },
      }),
    })

    const { payload } = await cloud().invoke('hello', { a: 1 })
    expect(JSON.parse(payload)).toMatchObject({
      event: { a: 1 },
      env: { COLOUR: 'blue', STACK: 'stack', _HANDLER: 'index.handler', AWS_ENDPOINT_URL: cloud().endpoint },
      cwd: path.join(dataDir(), 'functions/hello'),
    })
    expect(payload).not.toContain('SECRET_OF_THE_PARENT')
  })

  it('sees the time of the cloud in every way of reading it', async () => {
    await start({
      Now: fn('exports.handler = async () => [Date.now(), +new Date(), Date.parse(Date()), new Date(0).getTime()]', {
        FunctionName: 'now',
      }),
    })
    await cloud().advance(48 * HOUR)

    const { payload } = await cloud().invoke('now', {})
    const [now, made, text, epoch] = JSON.parse(payload)
    for (const time of [now, made, text]) expect(Math.abs(time - cloud().clock.now())).toBeLessThan(MINUTE)
    expect(epoch).toBe(0)
  })

  it('runs from a zip, with some files replaced', async () => {
    const packageDir = path.join(dataDir(), 'package')
    mkdirSync(packageDir)
    const zip = new ZipFile()
    zip.addBuffer(
      Buffer.from(
        "exports.run = async () => require('node:fs').readFileSync(process.env.LAMBDA_TASK_ROOT + '/bellwether.yml', 'utf8')",
      ),
      'services/x/handler.js',
    )
    zip.addBuffer(Buffer.from('packaged'), 'bellwether.yml')
    zip.end()
    await pipeline(zip.outputStream, createWriteStream(path.join(packageDir, 'x.zip')))
    await start(
      {
        X: fn('', {
          FunctionName: 'x',
          Code: { S3Bucket: 'b', S3Key: 'serverless/1/x.zip' },
          Handler: 'services/x/handler.run',
        }),
      },
      { packageDir, overlay: { 'bellwether.yml': 'replayed' }, stackName: 'stack' },
    )

    expect(await cloud().invoke('x', {})).toMatchObject({ payload: '"replayed"' })
  })

  it.each([
    ['Layers', ['arn:aws:lambda:eu-west-1:000000000000:layer:sdk:1']],
    ['DeadLetterConfig', { TargetArn: 'arn:aws:sqs:eu-west-1:000000000000:dead' }],
  ])('refuses %s of a function by name', async (property, value) => {
    const echo = fn('exports.handler = async (event) => event', { [property]: value })

    await expect(start({ Echo: echo })).rejects.toThrow(`Unrecognized key: "${property}"`)
  })

  it('takes properties of a function that change nothing here', async () => {
    const more = {
      FunctionName: 'echo',
      Description: 'echoes',
      VpcConfig: { SubnetIds: ['subnet-1'] },
      PackageType: 'Zip',
    }
    await start({ Echo: fn('exports.handler = async (event) => event', more) })

    expect(await cloud().invoke('echo', 1)).toMatchObject({ payload: '1' })
  })

  it.each([
    ['throws', 'exports.handler = async () => { throw new RangeError("too far") }', 'RangeError', 'too far'],
    ['throws while loading', 'throw new TypeError("cannot start")', 'TypeError', 'cannot start'],
    ['exports no handler', 'exports.other = 1', 'Runtime.HandlerNotFound', 'index.handler is undefined'],
    ['has a syntax error', 'exports.handler = async () => {', 'SyntaxError', 'Unexpected end of input'],
    ['exits', 'exports.handler = async () => process.exit(3)', 'Runtime.ExitError', 'exited with status 3'],
    [
      'never answers',
      'exports.handler = () => new Promise(() => setInterval(() => {}, 1000))',
      'Sandbox.Timedout',
      'after 1.00 seconds',
    ],
    ['blocks its thread', 'exports.handler = async () => { for (;;); }', 'Sandbox.Timedout', 'after 1.00 seconds'],
  ])('returns an error when it %s, and the next call starts afresh', async (_, source, errorType, message) => {
    await start({ Bad: fn(source, { FunctionName: 'bad', Timeout: 1 }) })

    for (const outcome of [await cloud().invoke('bad', {}), await cloud().invoke('bad', {})]) {
      expect(outcome.functionError).toBe('Unhandled')
      expect(JSON.parse(outcome.payload)).toMatchObject({ errorType, errorMessage: expect.stringContaining(message) })
    }
  })

  it('runs one call at a time, and several workers run concurrently', async () => {
    await start({
      Slow: fn(
        'let running = 0\nexports.handler = async () => { running++; await new Promise((r) => setTimeout(r, 50)); return running-- }',
        {
          FunctionName: 'slow',
        },
      ),
    })

    const outcomes = await Promise.all(Array.from({ length: 6 }, () => cloud().invoke('slow', {})))
    expect(outcomes.map(({ payload }) => payload)).toEqual(['1', '1', '1', '1', '1', '1'])
  })

  it('writes its output to its log file', async () => {
    const seen: string[] = []
    await start(
      { Talks: fn('exports.handler = async () => console.log("hello", "log")', { FunctionName: 'talks' }) },
      { onLog: (name, text) => void seen.push(`${name}: ${text}`) },
    )
    await cloud().invoke('talks', {})
    await cloud().close()

    expect(readFileSync(path.join(dataDir(), 'logs/talks.log'), 'utf8')).toContain('hello log')
    expect(seen.join('')).toContain('talks: hello log')
  })
})

describe('the memory limit of a function', () => {
  const MEMORY = { MemorySize: 256, Timeout: 60 }
  const wasm = 'new WebAssembly.Memory({ initial: 6400 })'

  it.each([
    ['Buffers', 'kept.push(Buffer.alloc(400 * 2 ** 20, 1))'],
    ['Buffers in many pieces', 'for (let i = 0; i < 400; i++) kept.push(Buffer.alloc(2 ** 20, 1))'],
    [
      'Buffers, while the handler continues',
      'kept.push(Buffer.alloc(400 * 2 ** 20, 1)); await new Promise(() => setInterval(() => {}, 50))',
    ],
    ['typed arrays', 'kept.push(new Float64Array(50 * 2 ** 20).fill(1))'],
    ['WebAssembly', `kept.push(${wasm})`],
  ])('is exceeded by 400 MB of %s: the worker is killed, as on Lambda', async (_, allocate) => {
    const source = `const kept = []\nexports.handler = async (event) => { if (event.big) { ${allocate} } return kept.length }`
    await start({ Big: fn(source, { FunctionName: 'big', ...MEMORY }) })

    const outcome = await cloud().invoke('big', { big: true })
    expect(outcome.functionError).toBe('Unhandled')
    expect(JSON.parse(outcome.payload)).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${outcome.requestId} Error: Runtime exited with error: signal: killed`,
    })
    expect(await cloud().invoke('big', {})).toMatchObject({ payload: '0' })
    const log = readFileSync(path.join(dataDir(), 'logs/big.log'), 'utf8')
    expect(log).toContain('signal: killed')
    expect(log).toMatch(/REPORT RequestId: .*\tMemory Size: 256 MB\tMax Memory Used: 256 MB\n/)
  })

  it('is exceeded by the heap, as on Lambda', async () => {
    const source = 'const kept = []\nexports.handler = async () => { for (;;) kept.push(Array(2 ** 20).fill(1.5)) }'
    await start({ Big: fn(source, { FunctionName: 'big', ...MEMORY }) })

    expect(JSON.parse((await cloud().invoke('big', {})).payload)).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/Runtime exited with error: signal: (aborted|killed)$/),
    })
  })

  it('allows 100 MB of Buffers in 256 MB, and does not count released ones', async () => {
    const source =
      'exports.handler = async () => { for (let i = 0; i < 40; i++) { Buffer.alloc(25 * 2 ** 20, 1); await new Promise((r) => setTimeout(r, 5)) } return Buffer.alloc(100 * 2 ** 20, 1).length }'
    await start({ Fits: fn(source, { FunctionName: 'fits', ...MEMORY }) })

    expect(await cloud().invoke('fits', {})).toMatchObject({ payload: String(100 * 2 ** 20) })
  })

  it('fails an event in all its attempts when it is exceeded', async () => {
    const source = `exports.handler = async () => { require('node:fs').appendFileSync(${JSON.stringify(file())}, '1\\n'); return Buffer.alloc(400 * 2 ** 20, 1).length }`
    await start({
      Big: fn(source, { FunctionName: 'big', ...MEMORY }),
      Dead: queue(),
      Role: role([allow('sqs:SendMessage', arn('Dead'))]),
      Config: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: { Ref: 'Big' },
          Qualifier: '$LATEST',
          DestinationConfig: { OnFailure: { Destination: arn('Dead') } },
        },
      },
    })
    cloud().lambda.accept('big', '{}')
    await cloud().advance(10 * MINUTE)

    expect(readFileSync(file(), 'utf8')).toBe('1\n1\n1\n')
    expect(bodies('Dead')).toMatchObject([
      { requestContext: { condition: 'RetriesExhausted' }, responsePayload: { errorType: 'Runtime.ExitError' } },
    ])
  })
})

describe('a function with reserved concurrency', () => {
  it('throttles further calls, while events wait', async () => {
    const source = `exports.handler = async (event) => { await new Promise((r) => setTimeout(r, 100)); require('node:fs').appendFileSync(${JSON.stringify(file())}, '1\\n') }`
    await start({ One: fn(source, { FunctionName: 'one', ReservedConcurrentExecutions: 1 }) })

    const first = cloud().invoke('one', {})
    await expect(cloud().invoke('one', {})).rejects.toThrow('Rate Exceeded')
    cloud().lambda.accept('one', '{}')
    cloud().lambda.accept('one', '{}')
    await first
    await cloud().idle()

    expect(eventsIn(file())).toHaveLength(3)
  })
})

describe('an asynchronous invocation', () => {
  it('is retried after one minute and after two', async () => {
    await start({ Fails: fn(recording(file(), 2), { FunctionName: 'fails' }) })

    cloud().lambda.accept('fails', '{"n":1}')
    await cloud().idle()
    const calls = [eventsIn(file()).length]
    for (const ms of [59_000, 2_000, 118_000, 3_000, 6 * HOUR]) {
      await cloud().advance(ms)
      calls.push(eventsIn(file()).length)
    }

    expect(calls).toEqual([1, 1, 2, 2, 3, 3])
  })

  it('is sent to the failure destination with its request and response', async () => {
    await start({
      Role: role([allow('sqs:SendMessage', arn('Failures'))]),
      Failures: queue(),
      Fails: fn('exports.handler = async () => { throw new RangeError("no") }', { FunctionName: 'fails' }),
      Config: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: { Ref: 'Fails' },
          Qualifier: '$LATEST',
          MaximumRetryAttempts: 1,
          DestinationConfig: { OnFailure: { Destination: arn('Failures') } },
        },
      },
    })

    const requestId = cloud().lambda.accept('fails', '{"n":1}')
    await cloud().advance(10 * MINUTE)

    expect(bodies('Failures')).toMatchObject([
      {
        version: '1.0',
        requestContext: {
          requestId,
          functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:fails:$LATEST',
          condition: 'RetriesExhausted',
          approximateInvokeCount: 2,
        },
        requestPayload: { n: 1 },
        responseContext: { statusCode: 200, functionError: 'Unhandled' },
        responsePayload: { errorType: 'RangeError', errorMessage: 'no' },
      },
    ])
  })

  it('survives a restart, whether it waits for a retry or runs', async () => {
    const resources = { Fails: fn(recording(file(), 1), { FunctionName: 'fails' }) }
    await start(resources)
    cloud().lambda.accept('fails', '{"n":1}')
    await cloud().idle()
    cloud().lambda.accept('fails', '{"n":2}')
    await cloud().close()

    await start(resources)
    await cloud().advance(5 * MINUTE)
    const numbers = eventsIn(file()).map(({ n }) => n)
    expect(numbers.filter((n) => n === 1)).toHaveLength(2)
    expect(numbers).toContain(2)
  })

  it('is refused a destination to which its role may not send', async () => {
    const started = start({
      Failures: queue(),
      Fails: fn('', { FunctionName: 'fails' }),
      Config: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: { Ref: 'Fails' },
          DestinationConfig: { OnFailure: { Destination: arn('Failures') } },
        },
      },
    })
    await expect(started).rejects.toThrow(/Config .*sqs:SendMessage/)
  })
})

describe('a queue that invokes a function', () => {
  const fed = (source: string, mapping: object = {}) => ({
    Role: role([allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], arn('Work'))]),
    Dead: queue(),
    Work: queue({
      QueueName: 'work',
      VisibilityTimeout: 60,
      RedrivePolicy: { deadLetterTargetArn: arn('Dead'), maxReceiveCount: 2 },
    }),
    Worker: fn(source, { FunctionName: 'worker' }),
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: arn('Work'), FunctionName: arn('Worker'), BatchSize: 5, ...mapping },
    },
  })
  const send = (body: object, delaySeconds = 0) =>
    cloud()
      .sqs.queue('work')
      ?.send({ body: JSON.stringify(body), senderId: 'x', delaySeconds })

  it('delivers messages when they become visible and deletes the processed ones', async () => {
    await start(fed(recording(file())))
    send({ n: 1 })
    send({ n: 2 }, 300)
    await cloud().idle()
    expect(eventsIn(file())).toHaveLength(1)
    await cloud().advance(301_000)

    const records = eventsIn(file()).flatMap(({ Records }) => Records)
    expect(records.map(({ body }) => JSON.parse(body))).toEqual([{ n: 1 }, { n: 2 }])
    expect(records[0]).toMatchObject({
      eventSource: 'aws:sqs',
      awsRegion: 'eu-west-1',
      attributes: { ApproximateReceiveCount: '1' },
    })
    expect(cloud().sqs.queue('work')?.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
  })

  it('dead-letters only the message that fails too often', async () => {
    const source = `exports.handler = async ({ Records }) => ({
      batchItemFailures: Records.filter(({ body }) => JSON.parse(body).bad).map(({ messageId }) => ({ itemIdentifier: messageId })),
    })`
    await start(fed(source, { FunctionResponseTypes: ['ReportBatchItemFailures'] }))
    send({ bad: true })
    send({ bad: false })
    await cloud().advance(5 * MINUTE)

    expect(bodies('Dead')).toEqual([{ bad: true }])
    expect(cloud().sqs.queue('work')?.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
  })

  it('is refused when the role may not receive', async () => {
    await expect(start({ ...fed(''), Role: role() })).rejects.toThrow(/Mapping .*sqs:ReceiveMessage/)
  })
})

describe('a function that calls AWS', () => {
  const writer = `
    const { S3Client, PutObjectCommand, GetObjectCommand } = sdk('@aws-sdk/client-s3')
    const s3 = new S3Client({ maxAttempts: 2, retryMode: 'standard' })
    exports.handler = async ({ put, get }) => {
      try {
        if (put) await s3.send(new PutObjectCommand({ Bucket: 'data', Key: put, Body: 'x' }))
        if (get) await s3.send(new GetObjectCommand({ Bucket: 'data', Key: get }))
        return 'done'
      } catch ({ name, message, $metadata }) {
        return { name, message, status: $metadata?.httpStatusCode }
      }
    }`
  const resources = {
    Role: role([allow(['s3:PutObject', 's3:GetObject'], 'arn:aws:s3:::data/raw/*')]),
    Data: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'data' } },
    Writer: fn(writer, { FunctionName: 'writer' }),
  }
  const call = async (event: object) => JSON.parse((await cloud().invoke('writer', event)).payload)

  it('may do what its role allows and nothing else', async () => {
    await start(resources)

    expect(await call({ put: 'raw/a' })).toBe('done')
    expect(await call({ put: 'labeled/a' })).toMatchObject({
      name: 'AccessDenied',
      status: 403,
      message: expect.stringContaining(
        'is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::data/labeled/a',
      ),
    })
  })

  it.each([
    ['403 without permission to list', [], 'AccessDenied'],
    [
      '404 with permission to list',
      [{ ...allow('s3:ListBucket', 'arn:aws:s3:::data'), Condition: { StringLike: { 's3:prefix': 'raw/*' } } }],
      'NoSuchKey',
    ],
  ])('gets %s for a missing key', async (_, more, name) => {
    await start({ ...resources, Role: role([allow('s3:GetObject', 'arn:aws:s3:::data/*'), ...more]) })
    expect(await call({ get: 'raw/none' })).toMatchObject({ name })
  })

  it.each([
    ['an error once', { error: true as const }, 'done', 1],
    ['an error twice', { error: true as const, times: 2 }, { name: 'InternalError', status: 500 }, 0],
    ['throttling', { throttle: true as const }, 'done', 1],
    ['a lost response', { loseAnswer: true as const }, 'done', 2],
    ['a repeated request', { repeat: true as const }, 'done', 1],
    ['a delay', { delayMs: 20 }, 'done', 1],
  ])('can be given %s', async (_, fault, outcome, written) => {
    await start(resources)
    const active = cloud().faults.fail({ service: 's3', operation: 'PutObject', functionName: 'writer', ...fault })

    const answer = await call({ put: 'raw/a' })
    if (typeof outcome === 'string') expect(answer).toBe(outcome)
    else expect(answer).toMatchObject(outcome)
    expect(active.hits()).toBe('times' in fault ? fault.times : 1)
    expect(cloud().calls.filter(({ operation, status }) => operation === 'PutObject' && status === 200)).toHaveLength(
      written,
    )
  })

  it.each([
    ['before a write', { killBefore: true as const }, 404],
    ['after a write', { killAfter: true as const }, 200],
  ])('can be killed %s', async (_, fault, status) => {
    await start(resources)
    cloud().faults.fail({ service: 's3', operation: 'PutObject', ...fault })

    const outcome = await cloud().invoke('writer', { put: 'raw/a' })
    expect(JSON.parse(outcome.payload)).toMatchObject({ errorType: 'Runtime.ExitError' })
    const { S3Client, HeadObjectCommand } = await import('@aws-sdk/client-s3')
    const s3 = new S3Client({
      endpoint: cloud().endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'me', secretAccessKey: 'me' },
    })
    const found = await s3.send(new HeadObjectCommand({ Bucket: 'data', Key: 'raw/a' })).then(
      () => 200,
      (error: { $metadata: { httpStatusCode: number } }) => error.$metadata.httpStatusCode,
    )
    expect(found).toBe(status)
    expect(await call({ put: 'raw/b' })).toBe('done')
  })
})

import path from 'node:path'
import type { Credentials } from './access-keys'
import { createClock, type CloudClock } from './clock'
import type { Stack } from './cloudformation/stack'
import { claimFolder } from './data-folder'
import { deploy } from './deploy'
import { passGate, type RecordedCall } from './gate'
import { type HttpServer, listen } from './http'
import type { Outcome } from './lambda/function'
import type { CloudOptions } from './options'
import { createParts, type Parts } from './parts'
import { recorder } from './record/record'
import { describeCloud } from './running'
import { createWork } from './work'

type Shown =
  'iam' | 'lambda' | 's3' | 'sqs' | 'dynamoDb' | 'events' | 'sageMaker' | 'secrets' | 'sns' | 'faults' | 'services'

/** A running cloud with its services and its fault injection. */
export interface Cloud extends Pick<Parts, Shown> {
  /** `http://127.0.0.1:PORT`, for `AWS_ENDPOINT_URL`. */
  endpoint: string
  account: string
  region: string
  clock: CloudClock
  stack: Stack
  /** Every signed request that reached a service, in order. */
  calls: readonly RecordedCall[]
  /** Move the clock forward. Due work runs in order; each piece settles before the next. */
  advance(ms: number): Promise<void>
  advanceTo(at: number): Promise<void>
  /** Resolves when no invocation, delivery or due message is in flight. */
  idle(timeoutMs?: number): Promise<void>
  /** `sls invoke`: a full name, or its last part (`trainer`). */
  invoke(functionName: string, payload: unknown): Promise<Outcome>
  /** Access keys of a role of the template, by logical id, name or ARN. */
  credentialsFor(role: string, session?: string): Credentials
  close(): Promise<void>
}

/** Start a cloud: one port, one folder, one clock, and everything that the template asks for. */
export async function createCloud(given: CloudOptions): Promise<Cloud> {
  // Absolute: workers load their function by its path.
  const options = { ...given, dataDir: path.resolve(given.dataDir) }
  const { dataDir, account = '000000000000', region = 'eu-west-1' } = options
  const release = claimFolder(dataDir)
  const clock = options.clock ?? createClock({ file: path.join(dataDir, 'clock'), start: options.start })
  const work = createWork()
  clock.settleBy(work.idle)
  let server: HttpServer | undefined
  const endpoint = () => server?.endpoint ?? ''
  const parts = createParts(options, { account, region, clock, work, endpoint })
  const { keys, lambda, services } = parts

  const calls: RecordedCall[] = []
  const record = options.recordDir === undefined ? undefined : recorder(options.recordDir)
  const signed = passGate({
    ...parts,
    answered(call, request, { status }) {
      calls.push({ n: calls.length + 1, ...call, status })
      if (call.functionName !== undefined) record?.(call.operation, request)
    },
  })
  const end = async () => {
    clock.close()
    parts.mappings.stop()
    await lambda.close()
    await parts.sageMaker.close?.()
    await server?.close()
    for (const service of services.values()) if (service !== parts.sageMaker) await service.close?.()
    release()
  }
  let ended: Promise<void> | undefined
  const close = () => (ended ??= end())

  const begin = async () => {
    server = await listen(options.port ?? 0, { keys, clock, signed, plain: parts.httpApi.answer })
    return deploy(options, { account, region, endpoint }, parts)
  }
  const stack = await begin().catch(async (error: unknown) => {
    await close()
    throw error
  })
  const names = lambda.functions().map(({ name }) => name)
  describeCloud(dataDir, { endpoint: endpoint(), region, functions: names })

  return {
    ...parts,
    endpoint: endpoint(),
    account,
    region,
    clock,
    stack,
    calls,
    advance: (ms) => clock.advanceTo(clock.now() + ms),
    advanceTo: clock.advanceTo,
    idle: work.idle,
    async invoke(functionName, payload) {
      const name = names.find((full) => full === functionName || full.endsWith(`-${functionName}`))
      if (name === undefined) throw new Error(`no function ${functionName} among ${names.join(', ')}`)
      return lambda.invoke(name, JSON.stringify(payload))
    },
    close,
  }
}

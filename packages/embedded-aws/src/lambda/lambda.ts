import { appendFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import type { AccessKeys } from '../access-keys'
import type { CloudClock } from '../clock'
import type { Iam } from '../iam/iam'
import { matchesArn } from '../iam/pattern'
import type { Work } from '../work'
import { createAsyncQueue, DEFAULT_ASYNC, type AsyncSettings } from './async-queue'
import type { LambdaFunction, Outcome } from './function'
import { createPool, type Pool } from './pool'
import { startSandbox } from './sandbox'

/** `AWS::Lambda::Permission`: who may call a function. */
export interface InvokePermission {
  functionArn: string
  /** `events.amazonaws.com` */
  principal: string
  sourceArn?: string
  sourceAccount?: string
}

/** The functions of the template and their invocations. */
export interface Lambda {
  add(fn: LambdaFunction): void
  functions(): LambdaFunction[]
  /** Look up by name, ARN, or ARN with a version or alias. */
  find(nameOrArn: string): LambdaFunction | undefined
  /** Invoke synchronously. Throws `Throttled` when the reserved concurrency is in use, unless `patient`. */
  invoke(nameOrArn: string, payload: string, options?: { patient?: boolean }): Promise<Outcome>
  /** Invoke asynchronously: queue the event; two retries, then the failure destination. Returns the request id. */
  accept(nameOrArn: string, payload: string): string
  configureAsync(nameOrArn: string, settings: Partial<AsyncSettings>): void
  permit(permission: InvokePermission): void
  permits(functionArn: string, principal: string, sourceArn: string): boolean
  /** Resume the events that were queued before a restart. */
  resume(): void
  close(): Promise<void>
}

interface Surroundings {
  account: string
  region: string
  dataDir: string
  endpoint(): string
  clock: CloudClock
  work: Work
  keys: AccessKeys
  iam: Iam
  /** Maximum workers per function; by default it follows the number of cores. */
  workersOfFunction?: number
  giveUp(destination: string, record: object): Promise<void>
  /** Receives what functions print, in addition to their log files. */
  onLog?: (functionName: string, text: string) => void
}

/** No functions yet. */
export function createLambda(cloud: Surroundings): Lambda {
  const { dataDir, clock, work } = cloud
  const functions = new Map<string, { fn: LambdaFunction; pool: Pool }>()
  const asyncSettings = new Map<string, AsyncSettings>()
  const permissions: InvokePermission[] = []
  let closed = false
  const logs = path.join(dataDir, 'logs')
  mkdirSync(logs, { recursive: true })

  const find = (nameOrArn: string) => functions.get(nameOrArn.split(':function:').at(-1)?.split(':')[0] ?? '')
  const known = (nameOrArn: string) => {
    const found = find(nameOrArn)
    if (!found) throw new Error(`Function not found: ${nameOrArn}`)
    return found
  }
  const logOf = (name: string) => (text: string) => {
    if (closed) return
    appendFileSync(path.join(logs, `${name}.log`), text)
    cloud.onLog?.(name, text)
  }
  const queue = createAsyncQueue({
    folder: path.join(dataDir, 'lambda/async'),
    clock,
    work,
    settingsOf: (name) => asyncSettings.get(name) ?? DEFAULT_ASYNC,
    invoke: (name, payload, requestId) => known(name).pool.invoke(payload, { patient: true, requestId }),
    giveUp: (destination, name, { requestContext, ...record }) => {
      const functionArn = `${known(name).fn.arn}:$LATEST`
      return cloud.giveUp(destination, { ...record, requestContext: { ...requestContext, functionArn } })
    },
  })

  return {
    add(fn) {
      const log = logOf(fn.name)
      const start = () => {
        // Each worker has its own keys, so that a fault can kill exactly the worker that called.
        const role = cloud.iam.role(fn.role)
        if (!role) throw new Error(`${fn.name} runs as ${fn.role}, which the template does not have`)
        const caller = {
          principal: cloud.iam.principalOf(role, fn.name),
          functionName: fn.name,
          kill: () => void sandbox.end(),
          alive: () => sandbox.alive(),
        }
        const environment = environmentOf(fn, cloud, cloud.keys.issue(caller))
        const sandbox = startSandbox(fn, { environment, clockOffset: clock.offset, log })
        return sandbox
      }
      functions.set(fn.name, { fn, pool: createPool(fn, start, cloud.workersOfFunction) })
    },
    functions: () => [...functions.values()].map(({ fn }) => fn),
    find: (nameOrArn) => find(nameOrArn)?.fn,
    invoke: (nameOrArn, payload, options) => {
      const { fn, pool } = known(nameOrArn)
      return work.track(fn.name, pool.invoke(payload, options))
    },
    accept: (nameOrArn, payload) => queue.accept(known(nameOrArn).fn.name, payload),
    configureAsync(nameOrArn, settings) {
      asyncSettings.set(known(nameOrArn).fn.name, { ...DEFAULT_ASYNC, ...settings })
    },
    permit: (permission) => void permissions.push(permission),
    permits: (functionArn, principal, sourceArn) =>
      permissions.some(
        (permission) =>
          permission.functionArn === functionArn &&
          permission.principal === principal &&
          (permission.sourceAccount ?? cloud.account) === cloud.account &&
          (permission.sourceArn === undefined || matchesArn(permission.sourceArn, sourceArn)),
      ),
    resume: () => queue.resume(),
    async close() {
      queue.stop()
      await Promise.all([...functions.values()].map(({ pool }) => pool.close()))
      closed = true
    },
  }
}

/** The environment of a function: its variables and Lambda's. Of this process it gets only PATH. */
function environmentOf(
  fn: LambdaFunction,
  { region, endpoint }: Surroundings,
  credentials: ReturnType<AccessKeys['issue']>,
): Record<string, string> {
  return {
    ...fn.environment,
    PATH: process.env.PATH ?? '',
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    _HANDLER: fn.handler,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'worker',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    LAMBDA_TASK_ROOT: fn.folder,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_ENDPOINT_URL: endpoint(),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
}

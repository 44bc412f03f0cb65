import { AwsError } from '../protocol/aws-error'
import { jsonAnswer, type RestCall, restService } from '../protocol/rest'
import type { AwsRequest, AwsResponse, AwsService } from '../service'
import { Throttled } from './function'
import type { Lambda } from './lambda'

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/
const CONFIGURATION = /^\/2015-03-31\/functions\/([^/]+)\/configuration$/
const LIST = /^\/2015-03-31\/functions\/?$/
const ACCOUNT = /^\/2016-08-19\/account-settings\/?$/

const OPERATIONS = ['GetAccountSettings', 'GetFunctionConfiguration', 'Invoke', 'ListFunctions']

/** The part of Lambda's REST API that `sls invoke`, a model export and a health check use. */
export const lambdaService = (lambda: Lambda): AwsService =>
  restService('lambda', OPERATIONS, (request) => {
    const { method, path } = request
    const named = INVOKE.exec(path) ?? CONFIGURATION.exec(path)
    const found = lambda.find(decodeURIComponent(named?.[1] ?? ''))
    const access = (action: string) => [{ action: `lambda:${action}`, resource: found?.arn ?? '*' }]
    const call = (operation: string, work: RestCall['work']) => ({ operation, accesses: access(operation), work })

    if (method === 'POST' && INVOKE.test(path)) {
      const work = () => invoke(lambda, found?.name, request)
      return { operation: 'Invoke', accesses: access('InvokeFunction'), work }
    }
    if (method === 'GET' && CONFIGURATION.test(path)) {
      return call('GetFunctionConfiguration', () => describeFunction(found, path))
    }
    if (method === 'GET' && LIST.test(path)) return call('ListFunctions', () => listFunctions(lambda))
    if (method === 'GET' && ACCOUNT.test(path)) return call('GetAccountSettings', () => accountSettings(lambda))
    return call(`${method} ${path}`, undefined)
  })

function describeFunction(found: ReturnType<Lambda['find']>, path: string): AwsResponse {
  if (!found) throw functionNotFound(path)
  const { name, arn, role, handler, timeoutMs, memoryMb, environment } = found
  return jsonAnswer(200, {
    FunctionName: name,
    FunctionArn: arn,
    Role: role,
    Handler: handler,
    Timeout: timeoutMs / 1000,
    MemorySize: memoryMb,
    Environment: { Variables: environment },
  })
}

const listFunctions = (lambda: Lambda): AwsResponse =>
  jsonAnswer(200, { Functions: lambda.functions().map(({ name, arn }) => ({ FunctionName: name, FunctionArn: arn })) })

const accountSettings = (lambda: Lambda): AwsResponse =>
  jsonAnswer(200, {
    AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 },
    AccountUsage: { FunctionCount: lambda.functions().length },
  })

async function invoke(lambda: Lambda, name: string | undefined, request: AwsRequest): Promise<AwsResponse> {
  if (name === undefined) throw functionNotFound(request.path)
  const payload = request.body.toString('utf8') || '{}'
  if (!isJson(payload))
    throw new AwsError(400, 'InvalidRequestContentException', 'Could not parse request body into json')
  if (request.headers['x-amz-invocation-type'] === 'Event') {
    lambda.accept(name, payload)
    return { status: 202 }
  }
  try {
    const outcome = await lambda.invoke(name, payload)
    return {
      status: 200,
      headers: {
        'content-type': 'application/json',
        'x-amz-executed-version': '$LATEST',
        ...(outcome.functionError ? { 'x-amz-function-error': outcome.functionError } : {}),
      },
      body: outcome.payload,
    }
  } catch (error) {
    if (error instanceof Throttled) throw new AwsError(429, 'TooManyRequestsException', error.message)
    throw error
  }
}

const functionNotFound = (path: string): AwsError =>
  new AwsError(404, 'ResourceNotFoundException', `Function not found: ${decodeURIComponent(path)}`)

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

import { AwsError } from '../protocol/aws-error'
import { jsonAnswer, restService } from '../protocol/rest'
import type { AwsRequest, AwsResponse, AwsService } from '../service'
import { Throttled } from './function'
import type { Lambda } from './lambda'

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/
const CONFIGURATION = /^\/2015-03-31\/functions\/([^/]+)\/configuration$/
const LIST = /^\/2015-03-31\/functions\/?$/

/** Lambda's REST API, as far as `sls invoke`, an export of a model and a health check need it. */
export function lambdaService(lambda: Lambda): AwsService {
  const operationOf = ({ method, path }: AwsRequest) => {
    if (method === 'POST' && INVOKE.test(path)) return 'Invoke'
    if (method === 'GET' && CONFIGURATION.test(path)) return 'GetFunctionConfiguration'
    if (method === 'GET' && LIST.test(path)) return 'ListFunctions'
    if (method === 'GET' && /^\/2016-08-19\/account-settings\/?$/.test(path)) return 'GetAccountSettings'
    return `${method} ${path}`
  }
  const functionOf = ({ path }: AwsRequest) =>
    lambda.find(decodeURIComponent((INVOKE.exec(path) ?? CONFIGURATION.exec(path))?.[1] ?? ''))
  const operations: Record<string, (request: AwsRequest) => Promise<AwsResponse> | AwsResponse> = {
    Invoke: (request) => invoke(lambda, functionOf(request)?.name, request),
    GetFunctionConfiguration: (request) => {
      const found = functionOf(request)
      if (!found) throw functionNotFound(request)
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
    },
    ListFunctions: () =>
      jsonAnswer(200, {
        Functions: lambda.functions().map(({ name, arn }) => ({ FunctionName: name, FunctionArn: arn })),
      }),
    GetAccountSettings: () =>
      jsonAnswer(200, {
        AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 },
        AccountUsage: { FunctionCount: lambda.functions().length },
      }),
  }

  return restService({
    name: 'lambda',
    operations,
    operationOf,
    accessOf(request) {
      const operation = operationOf(request)
      const action = operation === 'Invoke' ? 'InvokeFunction' : operation
      return [{ action: `lambda:${action}`, resource: functionOf(request)?.arn ?? '*' }]
    },
  })
}

async function invoke(lambda: Lambda, name: string | undefined, request: AwsRequest): Promise<AwsResponse> {
  if (name === undefined) throw functionNotFound(request)
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

const functionNotFound = ({ path }: AwsRequest): AwsError =>
  new AwsError(404, 'ResourceNotFoundException', `Function not found: ${decodeURIComponent(path)}`)

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

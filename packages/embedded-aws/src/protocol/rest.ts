import { refuse } from '../refusal'
import type { AwsRequest, AwsResponse, AwsService, ServiceCall } from '../service'
import { AwsError, notImplemented } from './aws-error'

/** A parsed REST request: its operation, the permissions it needs, and the work; no work if the operation does not exist. */
export interface RestCall extends Pick<ServiceCall, 'operation' | 'accesses'> {
  work?: () => Promise<AwsResponse> | AwsResponse
}

/** A service whose operations are methods and paths and whose answers are JSON. */
export const restService = (
  name: string,
  operations: readonly string[],
  read: (request: AwsRequest) => RestCall,
): AwsService => ({
  name,
  operations,
  open(request) {
    const { operation, accesses, work } = readOrRefused(read, request)
    return {
      operation,
      accesses,
      async run() {
        try {
          if (!work) throw notImplemented(`operation ${operation} in ${name}`)
          return await work()
        } catch (error) {
          if (error instanceof AwsError) return refuse(name, error)
          throw error
        }
      },
    }
  },
})

/** A path with a % that encodes nothing names no resource. */
function readOrRefused(read: (request: AwsRequest) => RestCall, request: AwsRequest): RestCall {
  try {
    return read(request)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    return {
      operation: `${request.method} ${request.path}`,
      accesses: [],
      work: () => {
        throw new AwsError(400, 'ValidationException', `The path ${request.path} is not percent-encoded.`)
      },
    }
  }
}

export const jsonAnswer = (status: number, body: unknown): AwsResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

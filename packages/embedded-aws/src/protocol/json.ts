import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { refuse } from '../refusal'
import type { AwsRequest, AwsResponse, AwsService } from '../service'
import { AwsError } from './aws-error'
import {
  openOperation,
  serviceOperation,
  type ServiceOperation,
  type OperationDefinition,
  operationError,
} from './operation'

/** One operation of a service with one of AWS's JSON protocols. */
export type JsonOperation = ServiceOperation<unknown>

interface Options {
  name: string
  version: '1.0' | '1.1'
  operations: Record<string, JsonOperation>
  /** The service's error code for invalid input. */
  invalidInput?: string
  headersOf?: (error: AwsError) => Record<string, string>
}

export const jsonOperation: <S extends z.ZodType>(definition: OperationDefinition<S, unknown>) => JsonOperation =
  serviceOperation

/** A service whose requests name the operation in `X-Amz-Target`. */
export function jsonService({ name, version, operations, invalidInput, headersOf }: Options): AwsService {
  const refusal = (error: unknown): AwsResponse => {
    const known = operationError(error, invalidInput ?? 'ValidationException')
    const response = refuse(name, known)
    return { ...response, headers: { ...response.headers, ...headersOf?.(known) } }
  }
  const answer = async (work: () => unknown): Promise<AwsResponse> => {
    try {
      return { status: 200, body: JSON.stringify((await work()) ?? {}) }
    } catch (error) {
      return refusal(error)
    }
  }

  return {
    name,
    operations: Object.keys(operations),
    open(request) {
      const target = targetOf(request)
      const { accesses, run } = openOperation(name, operations, target, () => readJson(request.body))
      return {
        operation: target,
        accesses,
        async run() {
          const response = await answer(() => run(request))
          const type = `application/x-amz-json-${version}`
          const headers = { ...response.headers, 'content-type': type, 'x-amzn-requestid': randomUUID() }
          return { ...response, headers }
        },
      }
    },
  }
}

/** Name of the operation, from `X-Amz-Target: AmazonSQS.SendMessage`. */
export const targetOf = ({ headers }: AwsRequest): string => headers['x-amz-target']?.split('.').at(-1) ?? 'Unknown'

function readJson(body: Buffer): unknown {
  if (body.length === 0) return {}
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new AwsError(400, 'SerializationException', 'The body is not JSON')
  }
}

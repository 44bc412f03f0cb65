import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { refuse } from '../refusal'
import { type Elements, writeXml } from '../s3/xml'
import type { AwsRequest, AwsResponse, AwsService } from '../service'
import {
  openOperation,
  serviceOperation,
  type ServiceOperation,
  type OperationDefinition,
  operationError,
} from './operation'

/** One operation of a service with AWS's query protocol: the request is a form, the answer is XML. */
export type QueryOperation = ServiceOperation<Elements>

interface Options {
  name: string
  /** Of its answers. */
  namespace: string
  operations: Record<string, QueryOperation>
  /** The service's error code for invalid input. */
  invalidInput: string
}

export const queryOperation: <S extends z.ZodType>(definition: OperationDefinition<S, Elements>) => QueryOperation =
  serviceOperation

/** A service whose requests name the operation in the form field `Action`. */
export function queryService({ name, namespace, operations, invalidInput }: Options): AwsService {
  const answer = (action: string, work: () => Elements): AwsResponse => {
    const RequestId = randomUUID()
    try {
      const content = { [`${action}Result`]: work(), ResponseMetadata: { RequestId } }
      const headers = { 'content-type': 'text/xml', 'x-amzn-requestid': RequestId }
      return { status: 200, headers, body: writeXml(`${action}Response`, content, namespace) }
    } catch (error) {
      return refuse(name, operationError(error, invalidInput))
    }
  }

  return {
    name,
    operations: Object.keys(operations),
    open(request) {
      const { action, input } = readForm(request)
      const { accesses, run } = openOperation(name, operations, action, () => input)
      return { operation: action, accesses, run: async () => answer(action, () => run(request)) }
    },
  }
}

/** The operation that a form asks for, and its other fields. */
export function readForm({ body }: AwsRequest): { action: string; input: Record<string, string> } {
  const fields: Record<string, string> = Object.fromEntries(new URLSearchParams(body.toString('utf8')))
  const { Action: action = 'Unknown', Version: _, ...input } = fields
  return { action, input }
}

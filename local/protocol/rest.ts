import { refuse } from '../refusal'
import type { AwsRequest, AwsResponse, AwsService } from '../service'
import { AwsError, notImplemented } from './aws-error'

interface Options extends Pick<AwsService, 'name' | 'operationOf' | 'accessOf'> {
  /** By what `operationOf` names. */
  operations: Record<string, (request: AwsRequest) => Promise<AwsResponse> | AwsResponse>
}

/** A service whose operations are methods and paths, and whose answers are JSON. */
export const restService = ({ operations, ...service }: Options): AwsService => ({
  ...service,
  async handle(request) {
    const { name, operationOf } = service
    try {
      const operation = operations[operationOf(request)]
      if (!operation) throw notImplemented(`operation ${operationOf(request)} in ${name}`)
      return await operation(request)
    } catch (error) {
      if (error instanceof AwsError) return refuse(name, error)
      throw error
    }
  },
})

export const jsonAnswer = (status: number, body: unknown): AwsResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { refuse } from '../refusal'
import type { Access, AwsRequest, AwsResponse, AwsService } from '../service'
import { AwsError, notImplemented } from './aws-error'

/** One operation of a service that speaks AWS's JSON protocols. */
export interface JsonOperation {
  access(json: unknown): Access[]
  run(json: unknown, request: AwsRequest): unknown
}

interface Definition<S extends z.ZodType> {
  /** Strict: a member that it does not name is refused by name. */
  input: S
  access: (input: z.output<S>) => Access[]
  run: (input: z.output<S>, request: AwsRequest) => unknown
}

interface Options {
  name: string
  version: '1.0' | '1.1'
  operations: Record<string, JsonOperation>
  /** The service's own code for input that breaks a rule. */
  invalidInput?: string
  headersOf?: (error: AwsError) => Record<string, string>
}

/** An operation whose input is parsed once before anything else sees it. */
export const jsonOperation = <S extends z.ZodType>({ input, access, run }: Definition<S>): JsonOperation => ({
  access: (json) => access(parse(input, json)),
  run: (json, request) => run(parse(input, json), request),
})

/** A service of JSON operations named by `X-Amz-Target`. */
export function jsonService({ name, version, operations, invalidInput, headersOf }: Options): AwsService {
  const operationOf = ({ headers }: AwsRequest) => headers['x-amz-target']?.split('.').at(-1) ?? 'Unknown'

  const run = async (request: AwsRequest): Promise<AwsResponse> => {
    const operation = operations[operationOf(request)]
    if (!operation) throw notImplemented(`operation ${operationOf(request)} in ${name}`)
    const output = await operation.run(readJson(request.body), request)
    return { status: 200, body: JSON.stringify(output ?? {}) }
  }

  const answer = async (request: AwsRequest): Promise<AwsResponse> => {
    try {
      return await run(request)
    } catch (error) {
      const refusal = refusalOf(error, invalidInput ?? 'ValidationException')
      const response = refuse(name, refusal)
      return { ...response, headers: { ...response.headers, ...headersOf?.(refusal) } }
    }
  }

  return {
    name,
    operationOf,
    accessOf(request) {
      try {
        return operations[operationOf(request)]?.access(readJson(request.body)) ?? []
      } catch {
        // Whoever may or may not: `handle` refuses such input before it does anything.
        return []
      }
    },
    async handle(request) {
      const response = await answer(request)
      return {
        ...response,
        headers: {
          ...response.headers,
          'content-type': `application/x-amz-json-${version}`,
          'x-amzn-requestid': randomUUID(),
        },
      }
    },
  }
}

function refusalOf(error: unknown, invalidInput: string): AwsError {
  if (error instanceof AwsError) return error
  if (!(error instanceof z.ZodError)) throw error
  const unknown = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key].join('.')) : [],
  )
  if (unknown.length > 0) return notImplemented(`option ${unknown.join(', ')} here`)
  return new AwsError(400, invalidInput, z.prettifyError(error))
}

const parse = <S extends z.ZodType>(schema: S, json: unknown): z.output<S> => schema.parse(json)

function readJson(body: Buffer): unknown {
  if (body.length === 0) return {}
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new AwsError(400, 'SerializationException', 'The body is not JSON')
  }
}

import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { refuse } from '../refusal'
import type { Access, AwsRequest, AwsResponse, AwsService } from '../service'
import { attempt, valueOf } from './attempt'
import { AwsError, notImplemented } from './aws-error'

/** One operation of a service that speaks AWS's JSON protocols. */
export interface JsonOperation {
  /** Raises a ZodError when the input breaks the operation's schema. */
  open(json: unknown): { accesses(): Access[]; run(request: AwsRequest): unknown }
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

/** An operation whose input is parsed once, before anything else sees it. */
export const jsonOperation = <S extends z.ZodType>({ input, access, run }: Definition<S>): JsonOperation => ({
  open(json) {
    const parsed = input.parse(json)
    return { accesses: () => access(parsed), run: (request) => run(parsed, request) }
  },
})

/** A service of JSON operations named by `X-Amz-Target`. */
export function jsonService({ name, version, operations, invalidInput, headersOf }: Options): AwsService {
  const refusal = (error: unknown): AwsResponse => {
    const known = refusalOf(error, invalidInput ?? 'ValidationException')
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
      const operation = targetOf(request)
      const opened = attempt(() => {
        const found = operations[operation]
        if (!found) throw notImplemented(`operation ${operation} in ${name}`)
        return found.open(readJson(request.body))
      })
      return {
        operation,
        accesses: 'error' in opened ? [] : accessesOf(opened.value),
        async run() {
          const response = await answer(() => valueOf(opened).run(request))
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

/** An operation's input may name what is not there; `run` refuses such input before it does anything. */
function accessesOf(opened: ReturnType<JsonOperation['open']>): Access[] {
  const accesses = attempt(opened.accesses)
  return 'error' in accesses ? [] : accesses.value
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

function readJson(body: Buffer): unknown {
  if (body.length === 0) return {}
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new AwsError(400, 'SerializationException', 'The body is not JSON')
  }
}

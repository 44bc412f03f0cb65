import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { refuse } from '../refusal'
import { type Elements, writeXml } from '../s3/xml'
import type { Access, AwsRequest, AwsResponse, AwsService } from '../service'
import { attempt, valueOf } from './attempt'
import { AwsError, notImplemented } from './aws-error'

/** One operation of a service that speaks AWS's query protocol: a form is sent, XML is answered. */
export interface QueryOperation {
  /** Raises a ZodError when the form breaks the operation's schema. */
  open(form: Record<string, string>): { accesses(): Access[]; run(): Elements }
}

interface Definition<S extends z.ZodType> {
  /** Strict: a field that it does not name is refused by name. */
  input: S
  access: (input: z.output<S>) => Access[]
  run: (input: z.output<S>) => Elements
}

interface Options {
  name: string
  /** Of its answers. */
  namespace: string
  operations: Record<string, QueryOperation>
  /** The service's own code for input that breaks a rule. */
  invalidInput: string
}

/** An operation whose form is parsed once, before anything else sees it. */
export const queryOperation = <S extends z.ZodType>({ input, access, run }: Definition<S>): QueryOperation => ({
  open(form) {
    const parsed = input.parse(form)
    return { accesses: () => access(parsed), run: () => run(parsed) }
  },
})

/** A service of operations that the form names by `Action`. */
export function queryService({ name, namespace, operations, invalidInput }: Options): AwsService {
  const answer = (operation: string, work: () => Elements): AwsResponse => {
    const RequestId = randomUUID()
    try {
      const content = { [`${operation}Result`]: work(), ResponseMetadata: { RequestId } }
      const headers = { 'content-type': 'text/xml', 'x-amzn-requestid': RequestId }
      return { status: 200, headers, body: writeXml(`${operation}Response`, content, namespace) }
    } catch (error) {
      return refuse(name, refusalOf(error, invalidInput))
    }
  }

  return {
    name,
    operations: Object.keys(operations),
    open(request) {
      const { Action = 'Unknown', Version: _, ...form } = formOf(request)
      const opened = attempt(() => {
        const found = operations[Action]
        if (!found) throw notImplemented(`operation ${Action} in ${name}`)
        return found.open(form)
      })
      const accesses = 'error' in opened ? undefined : attempt(opened.value.accesses)
      return {
        operation: Action,
        accesses: accesses && 'value' in accesses ? accesses.value : [],
        run: async () => answer(Action, () => valueOf(opened).run()),
      }
    },
  }
}

/** The fields of a request, its action and version among them. */
export const formOf = ({ body }: AwsRequest): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(body.toString('utf8')))

function refusalOf(error: unknown, invalidInput: string): AwsError {
  if (error instanceof AwsError) return error
  if (!(error instanceof z.ZodError)) throw error
  const unknown = error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []))
  if (unknown.length > 0) return notImplemented(`option ${unknown.join(', ')} here`)
  return new AwsError(400, invalidInput, z.prettifyError(error))
}

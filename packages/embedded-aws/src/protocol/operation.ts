import { z } from 'zod'
import type { Access, AwsRequest } from '../service'
import { attempt, valueOf } from './attempt'
import { AwsError, notImplemented } from './aws-error'

/** One operation of a service, whatever its protocol. */
export interface ServiceOperation<Output> {
  /** Raises a ZodError when the input breaks the operation's schema. */
  open(input: unknown): { accesses(): Access[]; run(request: AwsRequest): Output }
}

export interface OperationDefinition<S extends z.ZodType, Output> {
  /** Strict: an unknown member is refused by name. */
  input: S
  access: (input: z.output<S>) => Access[]
  run: (input: z.output<S>, request: AwsRequest) => Output
}

/** An operation whose input is parsed once, before anything else sees it. */
export const serviceOperation = <S extends z.ZodType, Output>({
  input,
  access,
  run,
}: OperationDefinition<S, Output>): ServiceOperation<Output> => ({
  open(raw) {
    const parsed = input.parse(raw)
    return { accesses: () => access(parsed), run: (request) => run(parsed, request) }
  },
})

/** An operation of a service by its name, with parsed input. Errors on the way are thrown by `run`. */
export function openOperation<Output>(
  service: string,
  operations: Record<string, ServiceOperation<Output>>,
  name: string,
  read: () => unknown,
): { accesses: Access[]; run(request: AwsRequest): Output } {
  const opened = attempt(() => {
    const found = operations[name]
    if (!found) throw notImplemented(`operation ${name} in ${service}`)
    return found.open(read())
  })
  // The input may name resources that do not exist; `run` refuses it before it does anything.
  const accesses = 'error' in opened ? opened : attempt(opened.value.accesses)
  return {
    accesses: 'error' in accesses ? [] : accesses.value,
    run: (request) => valueOf(opened).run(request),
  }
}

/** Converts a thrown error to the answer of the operation; `invalidInput` is the service's error code for invalid input. */
export function operationError(error: unknown, invalidInput: string): AwsError {
  if (error instanceof AwsError) return error
  if (!(error instanceof z.ZodError)) throw error
  const unknown = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key].join('.')) : [],
  )
  if (unknown.length > 0) return notImplemented(`option ${unknown.join(', ')} here`)
  return new AwsError(400, invalidInput, z.prettifyError(error))
}

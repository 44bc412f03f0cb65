/** A function as the template deploys it. */
export interface LambdaFunction {
  name: string
  arn: string
  handler: string
  /** Folder with its unzipped package. */
  folder: string
  /** ARN of the role it runs as. */
  role: string
  timeoutMs: number
  memoryMb: number
  environment: Record<string, string>
  /** `ReservedConcurrentExecutions`: further invocations are throttled. */
  reservedConcurrency?: number
}

export interface FunctionError {
  errorType: string
  errorMessage: string
  trace?: string[]
}

/** The result of an invocation. `payload` is JSON: the answer, or the error as Lambda reports it. */
export interface Outcome {
  requestId: string
  payload: string
  functionError?: 'Unhandled'
}

/** Thrown when the account's limit or the function's reserved concurrency is reached. */
export class Throttled extends Error {
  constructor(name: string) {
    super(`Rate Exceeded: ${name} runs as often as its reserved concurrency allows`)
  }
}

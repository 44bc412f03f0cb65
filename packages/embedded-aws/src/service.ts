import type { Clock } from './clock'

/** Who signed a request: the owner (any key we did not give out), or a role that a function or a SageMaker job runs as. */
export interface Principal {
  arn: string
  /** Logical id of the role in the template; absent for the owner, who may do everything. */
  role?: string
}

export interface AwsRequest {
  /** From the credential scope of the SigV4 signature: `s3`, `sqs`, `dynamodb`, `events`, `sagemaker`, … */
  service: string
  method: string
  /** Still percent-encoded, without the query. */
  path: string
  query: URLSearchParams
  /** Names in lower case. */
  headers: Record<string, string>
  body: Buffer
  principal: Principal
}

export interface AwsResponse {
  status: number
  headers?: Record<string, string>
  body?: Buffer | string
}

/** One permission that an operation needs, in IAM's terms. `conditions` has the request's condition keys, where known. */
export interface Access {
  action: string
  resource: string
  conditions?: Record<string, string | string[]>
}

/** A request, parsed once by its service. */
export interface ServiceCall {
  /** `PutObject`, `SendMessage`, …: used by access rules, records, faults and errors. */
  operation: string
  /** The permissions that the caller needs. Empty when the request is malformed: then `run` refuses it and does nothing. */
  accesses: Access[]
  /** Detail beyond the ARN: the key of a table's item, as JSON. */
  detail?: string
  /** Do the work and answer. A fault may call it twice. */
  run(): Promise<AwsResponse>
}

/** An AWS service as the embedded cloud serves it. An operation or option it does not know answers 501 and names it. */
export interface AwsService {
  /** The credential scope it answers to. */
  name: string
  /** Names of the supported operations, for documentation. */
  operations: readonly string[]
  /** Parse a request. A malformed one is opened too: its `run` answers with the error. */
  open(request: AwsRequest): ServiceCall
  close?(): Promise<void>
}

/** An event as EventBridge carries it. */
export interface BusEvent {
  version: '0'
  id: string
  'detail-type': string
  source: string
  account: string
  /** ISO 8601, seconds. */
  time: string
  region: string
  resources: string[]
  detail: unknown
}

/** What each service of the embedded cloud is given. */
export interface CloudContext {
  account: string
  region: string
  clock: Clock
  /** Each service creates its own folder in it; state survives a restart. */
  dataDir: string
  /** `http://127.0.0.1:PORT`, known once the server listens. */
  endpoint(): string
  /** Put a service's own event (`aws.s3`, `aws.sagemaker`) on the default bus. */
  emit(event: Pick<BusEvent, 'source' | 'detail-type' | 'resources' | 'detail'>): void
}

import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { AwsError, notImplemented } from '../protocol/aws-error'
import { refuse } from '../refusal'
import type { Access, AwsRequest, AwsResponse, AwsService, CloudContext } from '../service'
import { type Bucket, type CorsRule, openBucket } from './bucket'
import type { BucketCall, S3Call } from './call'
import { crossOriginHeaders, preflight } from './cors'
import { OPERATIONS } from './operations'
import { createBucket } from './operations/create-bucket'
import { listBuckets } from './operations/list-buckets'
import { unfoldPresigned } from './presigned'
import { checkKnown, readBody } from './read-call'
import { route } from './route'

interface BucketOptions {
  versioned: boolean
  /** Does it send its events to EventBridge? */
  eventBridge: boolean
  cors?: CorsRule[]
}

export interface S3 extends AwsService {
  /** Make the bucket unless it is there, and give it these settings. */
  ensureBucket(name: string, options: BucketOptions): void
}

/** S3, path style, with its objects on disk. */
export function createS3(context: CloudContext): S3 {
  const root = path.join(context.dataDir, 's3')
  const now = () => context.clock.now()
  const buckets = openBuckets(root, now)

  const create = (name: string): Bucket => {
    const bucket = openBucket(path.join(root, name), name, now)
    buckets.set(name, bucket)
    return bucket
  }
  const remove = (name: string): void => {
    buckets.get(name)?.close()
    buckets.delete(name)
    rmSync(path.join(root, name), { recursive: true, force: true })
  }
  const readCall = (request: AwsRequest): S3Call => {
    const { query, headers } = unfoldPresigned(request.query, request.headers, now())
    const routed = route(request.method, request.path, query, headers)
    const read =
      routed.operation === 'CompleteMultipartUpload'
        ? { body: request.body }
        : readBody({ headers, body: request.body })
    return { context, buckets, makeBucket: create, removeBucket: remove, query, headers, ...routed, ...read }
  }
  const run = async (request: AwsRequest): Promise<AwsResponse> => {
    const call = readCall(request)
    if (call.operation === 'Preflight') return preflight(buckets.get(call.bucketName)?.settings().cors, request.headers)
    if (call.operation === 'ListBuckets') return listBuckets.run(call)
    if (call.operation === 'CreateBucket') return createBucket.run(call)
    const operation = OPERATIONS[call.operation]
    if (!operation) throw notImplemented(`operation ${call.operation} in S3`)
    const bucketCall = onItsBucket(call)
    if (!bucketCall) throw new AwsError(404, 'NoSuchBucket', 'The specified bucket does not exist')
    checkKnown(call.operation, operation, call.key, call.query, call.headers)
    const response = await operation.run(bucketCall)
    return {
      ...response,
      headers: { ...response.headers, ...crossOriginHeaders(bucketCall.bucket.settings().cors, request) },
    }
  }

  return {
    name: 's3',
    operationOf(request) {
      try {
        return route(request.method, request.path, request.query, request.headers).operation
      } catch {
        return 'Unknown'
      }
    },
    accessOf(request) {
      try {
        return accessOf(readCallForAccess(request))
      } catch {
        // Whoever may or may not: `handle` refuses such a request before it does anything.
        return []
      }
    },
    async handle(request) {
      const response = await run(request).catch((error: unknown) => answerError(error, request.method))
      return {
        ...response,
        headers: { ...response.headers, 'x-amz-request-id': randomBytes(8).toString('hex').toUpperCase() },
      }
    },
    ensureBucket(name, { versioned, eventBridge, cors }) {
      const bucket = buckets.get(name) ?? create(name)
      const versioning = versioned ? 'Enabled' : bucket.settings().versioning && 'Suspended'
      bucket.configure({ eventBridge, cors, ...(versioning && { versioning }) })
    },
    close: async () => buckets.forEach((bucket) => bucket.close()),
  }

  /** As `readCall`, without work on bodies that say nothing of what is touched. */
  function readCallForAccess(request: AwsRequest): S3Call {
    const { query, headers } = unfoldPresigned(request.query, request.headers, now())
    const routed = route(request.method, request.path, query, headers)
    const { body } = request
    return { context, buckets, makeBucket: create, removeBucket: remove, query, headers, body, ...routed }
  }
}

function accessOf(call: S3Call): Access[] {
  if (call.operation === 'ListBuckets') return listBuckets.access()
  if (call.operation === 'CreateBucket') return createBucket.access(call)
  const bucketCall = onItsBucket(call)
  return (bucketCall && OPERATIONS[call.operation]?.access(bucketCall)) ?? []
}

function onItsBucket(call: S3Call): BucketCall | undefined {
  const bucket = call.buckets.get(call.bucketName)
  return bucket && { ...call, bucket }
}

function openBuckets(root: string, now: () => number): Map<string, Bucket> {
  mkdirSync(root, { recursive: true })
  const names = readdirSync(root).filter((name) => existsSync(path.join(root, name, 'bucket.json')))
  return new Map(names.map((name) => [name, openBucket(path.join(root, name), name, now)]))
}

function answerError(error: unknown, method: string): AwsResponse {
  if (!(error instanceof AwsError)) throw error
  const refusal = refuse('s3', error)
  // The answer to a HEAD has no body, so its error has no code but the status.
  return method === 'HEAD' ? { status: refusal.status } : refusal
}

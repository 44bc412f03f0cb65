import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { attempt, valueOf } from '../protocol/attempt'
import { AwsError, notImplemented } from '../protocol/aws-error'
import { refuse } from '../refusal'
import type { Access, AwsRequest, AwsResponse, AwsService, CloudContext } from '../service'
import { type Bucket, type CorsRule, openBucket } from './bucket'
import type { BucketCall, Destinations, S3Call } from './call'
import { configureNotifications } from './configure-notifications'
import { crossOriginHeaders, preflight } from './cors'
import { S3_OPERATIONS } from './operations'
import type { Notification } from './notification'
import { createBucket, listBuckets } from './operations/buckets'
import { checkExpiry, unfoldPresigned } from './presigned'
import { checkKnown, readBody } from './read-call'
import { makeRequestId } from './response-ids'
import { route } from './route'

interface BucketOptions {
  versioned: boolean
  /** Does it send its events to EventBridge? */
  eventBridge: boolean
  /** Functions and queues that it notifies directly. */
  notifications?: readonly Notification[]
  cors?: CorsRule[]
}

export interface S3 extends AwsService {
  /** Create the bucket if it does not exist and apply these settings. Raises InvalidArgument (400) if it may not notify a target. */
  ensureBucket(name: string, options: BucketOptions): void
}

/** S3, path style, with its objects on disk. */
export function createS3(context: CloudContext, destinations: Destinations): S3 {
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
  /** Parse a request as far as routing needs; the body is still raw. */
  const frame = (request: AwsRequest): S3Call => {
    const { query, headers } = unfoldPresigned(request.query, request.headers)
    const routed = route(request.method, request.path, query, headers)
    return {
      context,
      destinations,
      buckets,
      makeBucket: create,
      removeBucket: remove,
      query,
      headers,
      body: request.body,
      ...routed,
    }
  }

  return {
    name: 's3',
    operations: [...Object.keys(S3_OPERATIONS), 'CreateBucket', 'ListBuckets'],
    open(request) {
      const framed = attempt(() => frame(request))
      // Permissions are checked first, even if the body does not match its checksum, as S3 does.
      const read = attempt(() => {
        const call = valueOf(framed)
        checkExpiry(request.query, now())
        return call.operation === 'CompleteMultipartUpload' ? call : { ...call, ...readBody(call) }
      })
      const known = 'error' in read ? framed : read
      return {
        operation: 'error' in framed ? 'Unknown' : framed.value.operation,
        accesses: 'error' in known ? [] : accessOf(known.value),
        async run() {
          const response = await answer(() => valueOf(read), request)
          return { ...response, headers: { ...response.headers, 'x-amz-request-id': makeRequestId() } }
        },
      }
    },
    ensureBucket(name, { versioned, eventBridge, notifications = [], cors }) {
      const bucket = buckets.get(name) ?? create(name)
      const versioning = versioned ? 'Enabled' : bucket.settings().versioning && 'Suspended'
      bucket.configure({ cors, ...(versioning && { versioning }) })
      configureNotifications({ context, destinations, bucket, bucketName: name }, { eventBridge, notifications })
    },
    close: async () => buckets.forEach((bucket) => bucket.close()),
  }
}

function accessOf(call: S3Call): Access[] {
  if (call.operation === 'ListBuckets') return listBuckets.access()
  if (call.operation === 'CreateBucket') return createBucket.access(call)
  const bucketCall = onItsBucket(call)
  const accesses = attempt(() => (bucketCall && S3_OPERATIONS[call.operation]?.access(bucketCall)) ?? [])
  return 'error' in accesses ? [] : accesses.value
}

async function answer(read: () => S3Call, request: AwsRequest): Promise<AwsResponse> {
  try {
    return await work(read(), request)
  } catch (error) {
    return answerError(error, request.method)
  }
}

async function work(call: S3Call, request: AwsRequest): Promise<AwsResponse> {
  if (call.operation === 'Preflight') {
    return preflight(call.buckets.get(call.bucketName)?.settings().cors, request.headers)
  }
  if (call.operation === 'ListBuckets') return listBuckets.run(call)
  if (call.operation === 'CreateBucket') return createBucket.run(call)
  const operation = S3_OPERATIONS[call.operation]
  if (!operation) throw notImplemented(`operation ${call.operation} in S3`)
  const bucketCall = onItsBucket(call)
  if (!bucketCall) throw new AwsError(404, 'NoSuchBucket', 'The specified bucket does not exist')
  checkKnown(call.operation, operation, call.key, call.query, call.headers)
  const response = await operation.run(bucketCall)
  const cors = crossOriginHeaders(bucketCall.bucket.settings().cors, request)
  return { ...response, headers: { ...response.headers, ...cors } }
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
  // The answer to a HEAD has no body, so its error has only a status.
  return method === 'HEAD' ? { status: refusal.status } : refusal
}

import type { Deliveries } from '../delivery'
import type { Access, AwsResponse, CloudContext } from '../service'
import type { Bucket } from './bucket'
import type { Checksum } from './version'

/** Delivers notifications to functions and queues. */
export type Destinations = Pick<Deliveries, 'deliver' | 'permits'>

/** A request to S3, parsed as far as every operation needs it. */
export interface S3Call {
  context: CloudContext
  destinations: Destinations
  buckets: ReadonlyMap<string, Bucket>
  makeBucket: (name: string) => Bucket
  removeBucket: (name: string) => void
  operation: string
  bucketName: string
  /** Decoded; empty where the operation works on a bucket. */
  key: string
  query: URLSearchParams
  headers: Record<string, string>
  /** Without the framing of `aws-chunked`, and verified against its checksum. */
  body: Buffer
  checksum?: Checksum
}

/** The same, for an existing bucket. */
export interface BucketCall extends S3Call {
  bucket: Bucket
}

/** One operation of S3. Parameters and headers that are not in these lists are refused by name. */
export interface S3Operation {
  /** Query parameters that it knows. */
  query?: readonly string[]
  /** `x-amz-…` headers that it knows, beside those that every request may have. */
  headers?: readonly string[]
  access(call: BucketCall): Access[]
  run(call: BucketCall): Promise<AwsResponse>
}

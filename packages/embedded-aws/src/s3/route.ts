import { AwsError } from '../protocol/aws-error'

export interface S3Route {
  operation: string
  /** Empty at the root. */
  bucketName: string
  /** Decoded; empty where the operation works on a bucket. */
  key: string
}

/** Sub-resources that make an operation of their own: `GET /bucket?location` is GetBucketLocation. */
const BUCKET_OPERATIONS: Record<string, string> = {
  'GET location': 'GetBucketLocation',
  'GET versioning': 'GetBucketVersioning',
  'GET versions': 'ListObjectVersions',
  'GET notification': 'GetBucketNotificationConfiguration',
  'GET uploads': 'ListMultipartUploads',
  'GET list-type': 'ListObjectsV2',
  GET: 'ListObjects',
  'PUT versioning': 'PutBucketVersioning',
  'PUT notification': 'PutBucketNotificationConfiguration',
  PUT: 'CreateBucket',
  HEAD: 'HeadBucket',
  DELETE: 'DeleteBucket',
  'POST delete': 'DeleteObjects',
  OPTIONS: 'Preflight',
}

const OBJECT_OPERATIONS: Record<string, string> = {
  'GET uploadId': 'ListParts',
  'GET tagging': 'GetObjectTagging',
  'PUT tagging': 'PutObjectTagging',
  'DELETE tagging': 'DeleteObjectTagging',
  'GET attributes': 'GetObjectAttributes',
  GET: 'GetObject',
  HEAD: 'HeadObject',
  'PUT uploadId': 'UploadPart',
  PUT: 'PutObject',
  'DELETE uploadId': 'AbortMultipartUpload',
  DELETE: 'DeleteObject',
  'POST uploads': 'CreateMultipartUpload',
  'POST uploadId': 'CompleteMultipartUpload',
  OPTIONS: 'Preflight',
}

/** Unsupported sub-resources of S3: such a request is refused by name, not mistaken for a plain one. */
const ELSEWHERE = new Set(
  (
    'accelerate acl analytics attributes cors encryption intelligent-tiering inventory legal-hold lifecycle logging metrics ' +
    'object-lock ownershipControls policy policyStatus publicAccessBlock replication requestPayment restore retention select ' +
    'tagging torrent website metadataTable metadataConfiguration session abac renameObject encryptionStatus'
  ).split(' '),
)

/** The operation of a request. Path style only: `/bucket/key`, still percent-encoded. */
export function route(method: string, path: string, query: URLSearchParams, headers: Record<string, string>): S3Route {
  const [, bucketName = '', rawKey = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? []
  const key = decode(rawKey)
  if (bucketName === '')
    return { operation: method === 'GET' ? 'ListBuckets' : `${method} of the root`, bucketName, key }

  const table = key === '' ? BUCKET_OPERATIONS : OBJECT_OPERATIONS
  const names = [...query.keys()]
  const ofSubresource = names.flatMap((name) => table[`${method} ${name}`] ?? []).at(0)
  const elsewhere = names.find((name) => ELSEWHERE.has(name))
  if (ofSubresource === undefined && elsewhere)
    return { operation: nameElsewhere(method, key === '' ? 'Bucket' : 'Object', elsewhere), bucketName, key }

  const operation = ofSubresource ?? table[method] ?? method
  return { operation: headers['x-amz-copy-source'] ? copyOf(operation) : operation, bucketName, key }
}

const copyOf = (operation: string): string => (operation === 'UploadPart' ? 'UploadPartCopy' : 'CopyObject')

function nameElsewhere(method: string, what: string, subresource: string): string {
  const verb = method[0] + method.slice(1).toLowerCase()
  const noun = subresource.replace(/(^|-)./g, (start) => start.replace('-', '').toUpperCase())
  return `${verb}${what}${noun}`
}

function decode(rawKey: string): string {
  try {
    return decodeURIComponent(rawKey)
  } catch {
    throw new AwsError(400, 'InvalidURI', `Could not parse the specified URI: ${rawKey}`)
  }
}

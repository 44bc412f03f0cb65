import { readXml, textOf, type XmlNode } from '../s3/xml'
import type { AwsRequest } from '../service'

type Input = Record<string, unknown>
type Reader = (text: string) => unknown

const text: Reader = (given) => given
const whole: Reader = (given) => Number(given)
const truth: Reader = (given) => given === 'true'

/** Query parameters and headers of S3, with their names in the SDK's commands. */
const QUERY: Record<string, readonly [string, Reader]> = {
  'continuation-token': ['ContinuationToken', text],
  delimiter: ['Delimiter', text],
  'encoding-type': ['EncodingType', text],
  'fetch-owner': ['FetchOwner', truth],
  'key-marker': ['KeyMarker', text],
  'max-keys': ['MaxKeys', whole],
  'max-parts': ['MaxParts', whole],
  'max-uploads': ['MaxUploads', whole],
  'part-number-marker': ['PartNumberMarker', text],
  partNumber: ['PartNumber', whole],
  prefix: ['Prefix', text],
  'start-after': ['StartAfter', text],
  uploadId: ['UploadId', text],
  'version-id-marker': ['VersionIdMarker', text],
  versionId: ['VersionId', text],
}
const HEADERS: Record<string, readonly [string, Reader]> = {
  'cache-control': ['CacheControl', text],
  'content-disposition': ['ContentDisposition', text],
  'content-encoding': ['ContentEncoding', text],
  'content-language': ['ContentLanguage', text],
  'content-md5': ['ContentMD5', text],
  'content-type': ['ContentType', text],
  'if-match': ['IfMatch', text],
  'if-modified-since': ['IfModifiedSince', text],
  'if-none-match': ['IfNoneMatch', text],
  'if-unmodified-since': ['IfUnmodifiedSince', text],
  range: ['Range', text],
  'x-amz-acl': ['ACL', text],
  'x-amz-checksum-algorithm': ['ChecksumAlgorithm', text],
  'x-amz-checksum-crc32': ['ChecksumCRC32', text],
  'x-amz-checksum-crc32c': ['ChecksumCRC32C', text],
  'x-amz-checksum-mode': ['ChecksumMode', text],
  'x-amz-checksum-sha256': ['ChecksumSHA256', text],
  'x-amz-checksum-type': ['ChecksumType', text],
  'x-amz-copy-source': ['CopySource', text],
  'x-amz-copy-source-if-match': ['CopySourceIfMatch', text],
  'x-amz-copy-source-range': ['CopySourceRange', text],
  'x-amz-expected-bucket-owner': ['ExpectedBucketOwner', text],
  'x-amz-metadata-directive': ['MetadataDirective', text],
  'x-amz-mp-object-size': ['MpuObjectSize', whole],
  'x-amz-sdk-checksum-algorithm': ['ChecksumAlgorithm', text],
  'x-amz-server-side-encryption': ['ServerSideEncryption', text],
  'x-amz-storage-class': ['StorageClass', text],
  'x-amz-tagging': ['Tagging', text],
}

/** Headers of every request that are in no command's input. */
const TRANSPORT = new Set([
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-decoded-content-length',
  'x-amz-security-token',
  'x-amz-trailer',
  'x-amz-user-agent',
])
/** Query parameters that name the operation. */
const NAMING = new Set(['delete', 'list-type', 'uploads', 'versions', 'x-id'])

/** The SDK command's input of an S3 request. A body is recorded as its length: `{ "length": 12 }`. */
export function s3Input(operation: string, request: AwsRequest): Input {
  const [, bucket = '', rawKey = ''] = /^\/([^/]*)\/?(.*)$/s.exec(request.path) ?? []
  return {
    ...(bucket && { Bucket: bucket }),
    ...(rawKey && { Key: decodeURIComponent(rawKey) }),
    ...fromQuery(request.query),
    ...fromHeaders(request.headers),
    ...fromBody(operation, request),
  }
}

/** A header that is not in the table keeps its own name, so that a check of the input finds it. */
function fromQuery(query: URLSearchParams): Input {
  return Object.fromEntries(
    [...query]
      .filter(([name]) => !NAMING.has(name) && !name.startsWith('X-Amz-'))
      .map(([name, value]) => {
        const [member, read] = QUERY[name] ?? [name, text]
        return [member, read(value)]
      }),
  )
}

function fromHeaders(headers: Record<string, string>): Input {
  const input: Input = {}
  const metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const [member, read] = HEADERS[name] ?? []
    if (name.startsWith('x-amz-meta-')) metadata[name.slice('x-amz-meta-'.length)] = value
    else if (member && read) input[member] = read(value)
    else if (name.startsWith('x-amz-') && !TRANSPORT.has(name)) input[name] = value
  }
  const encoding = headers['content-encoding']?.split(',').filter((one) => one.trim() !== 'aws-chunked')
  if (encoding?.length === 0) delete input.ContentEncoding
  else if (encoding) input.ContentEncoding = encoding.join(',')
  return { ...input, ...(Object.keys(metadata).length > 0 && { Metadata: metadata }) }
}

function fromBody(operation: string, { headers, body }: AwsRequest): Input {
  if (operation === 'PutObject' || operation === 'UploadPart') {
    return { Body: { length: Number(headers['x-amz-decoded-content-length'] ?? body.length) } }
  }
  if (operation === 'CompleteMultipartUpload') {
    return { ContentType: undefined, MultipartUpload: { Parts: membersOf(readXml(body.toString()), 'Part') } }
  }
  if (operation === 'DeleteObjects') {
    const root = readXml(body.toString())
    const quiet = textOf(root, 'Quiet')
    const Delete = { Objects: membersOf(root, 'Object'), ...(quiet !== undefined && { Quiet: quiet === 'true' }) }
    return { ContentType: undefined, Delete }
  }
  // Headers about a body that was not sent are not part of the input.
  return operation.startsWith('Get') || operation.startsWith('Head') ? { ContentType: undefined } : {}
}

const membersOf = (root: XmlNode, name: string): object[] =>
  root.children
    .filter((child) => child.name === name)
    .map(({ children }) =>
      Object.fromEntries(
        children.map((child) => [child.name, child.name === 'PartNumber' ? Number(child.text) : child.text]),
      ),
    )

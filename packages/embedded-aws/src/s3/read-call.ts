import { createHash } from 'node:crypto'
import { AwsError, notImplemented } from '../protocol/aws-error'
import type { AwsRequest } from '../service'
import type { S3Operation } from './call'
import { givenChecksum, verifyChecksum } from './checksum'
import { decodeChunks } from './chunked-body'
import type { Checksum } from './version'
import { md5 } from './write'

const MAX_KEY_BYTES = 1024

/** `x-amz-…` headers about the transport of a request, not its meaning. */
const TRANSPORT = new Set([
  'x-amz-date',
  'x-amz-content-sha256',
  'x-amz-security-token',
  'x-amz-user-agent',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-trailer',
  'x-amz-decoded-content-length',
  'x-amz-expected-bucket-owner',
  'x-amz-source-expected-bucket-owner',
])

/** The body as the caller had it: without framing, and verified against every checksum of the request. */
export function readBody({ headers, body }: Pick<AwsRequest, 'headers' | 'body'>): {
  body: Buffer
  checksum?: Checksum
} {
  const sha256 = headers['x-amz-content-sha256'] ?? ''
  const declared = headers['x-amz-decoded-content-length']
  const { body: bytes, trailers } = sha256.startsWith('STREAMING-')
    ? decodeChunks(body, declared === undefined ? undefined : Number(declared))
    : { body, trailers: {} }

  if (/^[0-9a-f]{64}$/.test(sha256) && createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new AwsError(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    )
  }
  const contentMd5 = headers['content-md5']
  if (contentMd5 !== undefined && md5(bytes).toString('base64') !== contentMd5) {
    throw new AwsError(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.')
  }
  const checksum = givenChecksum({ ...headers, ...trailers })
  // The checksum in CompleteMultipartUpload is the object's, not that of the request body.
  if (!checksum || (bytes.length === 0 && body.length === 0)) return { body: bytes }
  verifyChecksum(bytes, checksum)
  return { body: bytes, checksum }
}

/** Refuse, by name, parameters and headers that the operation does not support, and invalid keys. */
export function checkKnown(
  name: string,
  operation: S3Operation,
  key: string,
  query: URLSearchParams,
  headers: Record<string, string>,
): void {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new AwsError(400, 'KeyTooLongError', 'Your key is too long')
  for (const parameter of query.keys()) {
    if (parameter !== 'x-id' && !operation.query?.includes(parameter))
      throw notImplemented(`parameter ${parameter} of ${name}`)
  }
  for (const header of Object.keys(headers)) {
    const known =
      !header.startsWith('x-amz-') ||
      header.startsWith('x-amz-meta-') ||
      TRANSPORT.has(header) ||
      operation.headers?.includes(header) ||
      isChecksum(header)
    if (!known) throw notImplemented(`header ${header} of ${name}`)
  }
}

const isChecksum = (header: string): boolean => /^x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256)$/.test(header)

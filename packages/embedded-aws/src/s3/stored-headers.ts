import { AwsError } from '../protocol/aws-error'
import type { StoredObject } from './version'
import { checksumHeaders } from './checksum'
import { tagCountHeader } from './tags'

const STORED = [
  'content-type',
  'content-disposition',
  'content-encoding',
  'content-language',
  'cache-control',
  'expires',
  'x-amz-storage-class',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
  'x-amz-website-redirect-location',
]

/** The `x-amz-…` headers that any operation which makes an object knows. */
export const STORABLE = STORED.filter((name) => name.startsWith('x-amz-'))

const MAX_METADATA_BYTES = 2048

/** What of a request's headers belongs to the object. Raises MetadataTooLarge (400). */
export function storedHeaders(headers: Record<string, string>): Record<string, string> {
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'))
  const bytes = metadata.reduce(
    (sum, [name, value]) => sum + name.length - 'x-amz-meta-'.length + Buffer.byteLength(value),
    0,
  )
  if (bytes > MAX_METADATA_BYTES) {
    throw new AwsError(400, 'MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size')
  }
  const kept = STORED.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]] as const]))
  const stored = Object.fromEntries([...kept, ...metadata])
  return withoutFraming(stored)
}

/** `aws-chunked` is how the body travelled, not what the object is. */
function withoutFraming({ 'content-encoding': encoding, ...rest }: Record<string, string>): Record<string, string> {
  const kept = (encoding ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && one !== 'aws-chunked')
  return kept.length > 0 ? { ...rest, 'content-encoding': kept.join(',') } : rest
}

/** Which version this is, where the bucket keeps versions. */
export const versionHeader = ({ versionId }: { versionId: string }): Record<string, string> =>
  versionId === 'null' ? {} : { 'x-amz-version-id': versionId }

/** Headers of an answer that sends the object or only speaks of it. */
export function objectHeaders(object: StoredObject, withChecksum: boolean): Record<string, string> {
  return {
    'content-type': 'binary/octet-stream',
    'x-amz-server-side-encryption': 'AES256',
    ...object.headers,
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
    ...tagCountHeader(object.tags),
    ...versionHeader(object),
    ...(withChecksum ? checksumHeaders(object.checksum) : {}),
  }
}

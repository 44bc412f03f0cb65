import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { AwsError, notImplemented } from '../protocol/aws-error'
import { crc32c } from './crc32c'
import { crc64nvme } from './crc64nvme'
import type { Checksum } from './version'

/** Prefix of headers and trailers with a checksum. */
const PREFIX = 'x-amz-checksum-'
const NOT_A_VALUE = new Set(['x-amz-checksum-mode', 'x-amz-checksum-type', 'x-amz-checksum-algorithm'])

/** The checksum of the body in a request, if any. */
export function givenChecksum(headers: Record<string, string>): Checksum | undefined {
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(PREFIX) && !NOT_A_VALUE.has(name)) {
      return { algorithm: name.slice(PREFIX.length), value, type: value.includes('-') ? 'COMPOSITE' : 'FULL_OBJECT' }
    }
  }
  return undefined
}

/** Raises BadDigest (400) when the checksum does not match the bytes. */
export function verifyChecksum(body: Buffer, { algorithm, value }: Checksum): void {
  if (computeChecksum(body, algorithm) !== value) {
    throw new AwsError(
      400,
      'BadDigest',
      `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
    )
  }
}

/** Base64 of the checksum of `body`; `algorithm` as in the header's name. */
export function computeChecksum(body: Buffer, algorithm: string): string {
  if (algorithm === 'crc32') return fourBytes(crc32(body))
  if (algorithm === 'crc32c') return fourBytes(crc32c(body))
  if (algorithm === 'crc64nvme') return crc64nvme(body).toString('base64')
  if (algorithm === 'sha1' || algorithm === 'sha256') return createHash(algorithm).update(body).digest('base64')
  throw notImplemented(`checksum algorithm ${algorithm.toUpperCase()} in S3`)
}

/** S3's composite checksum of a multipart object: the checksum of the parts' checksums. */
export function compositeChecksum(algorithm: string, parts: readonly string[]): Checksum {
  const raw = Buffer.concat(parts.map((value) => Buffer.from(value, 'base64')))
  return { algorithm, value: `${computeChecksum(raw, algorithm)}-${parts.length}`, type: 'COMPOSITE' }
}

/** The response headers with a checksum. */
export const checksumHeaders = (sum: Checksum | undefined): Record<string, string> =>
  sum ? { [`${PREFIX}${sum.algorithm}`]: sum.value, [`${PREFIX}type`]: sum.type } : {}

/** The XML element of a checksum, such as `ChecksumCRC32`. */
export const checksumElement = (sum: Checksum | undefined): Record<string, string> =>
  sum ? { [`Checksum${sum.algorithm.toUpperCase()}`]: sum.value } : {}

function fourBytes(value: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes.toString('base64')
}

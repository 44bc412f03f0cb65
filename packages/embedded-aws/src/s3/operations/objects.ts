import type { AwsResponse } from '../../service'
import { onObject, toRead, toTag } from '../access'
import type { BucketCall, S3Operation } from '../call'
import { checksumHeaders } from '../checksum'
import { notifyCreated } from '../notify'
import { checkRead, isConditional } from '../preconditions'
import { type ByteRange, readRange } from '../range'
import { findObject, readBytes } from '../read'
import { objectHeaders, STORABLE, storedHeaders, versionHeader } from '../stored-headers'
import { tagsInHeader, withTags } from '../tags'
import type { StoredObject } from '../version'
import { commitObject, md5 } from '../write'

export const putObject: S3Operation = {
  headers: [...STORABLE, 'x-amz-tagging'],
  access: (call) => [
    onObject('PutObject', call),
    ...toTag(call),
    ...(isConditional(call.headers) && 'if-match' in call.headers ? [onObject('GetObject', call)] : []),
  ],
  async run(call) {
    const { key, body, checksum } = call
    const object = await commitObject(call, () => call.bucket.blobs.write(body), {
      key,
      size: body.length,
      etag: md5(body).toString('hex'),
      headers: storedHeaders(call.headers),
      ...(checksum && { checksum }),
      ...withTags(tagsInHeader(call.headers)),
    })

    notifyCreated(call, object, 'PutObject')
    return {
      status: 200,
      headers: {
        etag: `"${object.etag}"`,
        'x-amz-server-side-encryption': object.headers['x-amz-server-side-encryption'] ?? 'AES256',
        ...versionHeader(object),
        ...checksumHeaders(checksum),
      },
    }
  },
}

const OVERRIDES: Record<string, string> = {
  'response-cache-control': 'cache-control',
  'response-content-disposition': 'content-disposition',
  'response-content-encoding': 'content-encoding',
  'response-content-language': 'content-language',
  'response-content-type': 'content-type',
  'response-expires': 'expires',
}

export const getObject = reading(['versionId', ...Object.keys(OVERRIDES)], async (call, _, range) => {
  const { object, bytes } = await readBytes(call, range)
  const wantsChecksum = call.headers['x-amz-checksum-mode'] === 'ENABLED' && !range
  return {
    headers: {
      ...objectHeaders(object, wantsChecksum),
      ...overrides(call.query),
      'content-length': String(bytes.length),
    },
    body: bytes,
  }
})

const overrides = (query: URLSearchParams): Record<string, string> =>
  Object.fromEntries(
    Object.entries(OVERRIDES).flatMap(([parameter, header]) => {
      const value = query.get(parameter)
      return value === null ? [] : [[header, value] as const]
    }),
  )

export const headObject = reading(['versionId'], async (call, object, range) => ({
  headers: {
    ...objectHeaders(object, call.headers['x-amz-checksum-mode'] === 'ENABLED'),
    'content-length': String(range ? range.last - range.first + 1 : object.size),
  },
}))

type Read = (call: BucketCall, object: StoredObject, range?: ByteRange) => Promise<Omit<AwsResponse, 'status'>>

/** An operation that reads an object, or a range of it, unless the caller has it already. */
function reading(query: readonly string[], read: Read): S3Operation {
  return {
    query,
    headers: ['x-amz-checksum-mode'],
    access: (call) => toRead(call),
    async run(call) {
      const object = findObject(call)
      if (checkRead(call.headers, object) === 'not modified')
        return { status: 304, headers: objectHeaders(object, false) }

      const range = readRange(call.headers.range, object.size)
      const { headers, ...rest } = await read(call, object, range)
      return { ...rest, status: range ? 206 : 200, headers: { ...headers, ...rangeHeader(range, object.size) } }
    },
  }
}

const rangeHeader = (range: ByteRange | undefined, size: number): Record<string, string> =>
  range ? { 'content-range': `bytes ${range.first}-${range.last}/${size}` } : {}

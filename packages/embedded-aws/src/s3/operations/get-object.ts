import { toRead } from '../access'
import type { S3Operation } from '../call'
import { checkRead } from '../preconditions'
import { readRange } from '../range'
import { findObject, readBytes } from '../read'
import { objectHeaders } from '../stored-headers'

const OVERRIDES: Record<string, string> = {
  'response-cache-control': 'cache-control',
  'response-content-disposition': 'content-disposition',
  'response-content-encoding': 'content-encoding',
  'response-content-language': 'content-language',
  'response-content-type': 'content-type',
  'response-expires': 'expires',
}

export const getObject: S3Operation = {
  query: ['versionId', ...Object.keys(OVERRIDES)],
  headers: ['x-amz-checksum-mode'],
  access: (call) => toRead(call),
  async run(call) {
    const object = findObject(call)
    if (checkRead(call.headers, object) === 'not modified')
      return { status: 304, headers: objectHeaders(object, false) }

    const range = readRange(call.headers.range, object.size)
    const { object: sent, bytes } = await readBytes(call, range)
    const wantsChecksum = call.headers['x-amz-checksum-mode'] === 'ENABLED' && !range
    return {
      status: range ? 206 : 200,
      headers: {
        ...objectHeaders(sent, wantsChecksum),
        ...overrides(call.query),
        'content-length': String(bytes.length),
        ...(range && { 'content-range': `bytes ${range.first}-${range.last}/${object.size}` }),
      },
      body: bytes,
    }
  },
}

const overrides = (query: URLSearchParams): Record<string, string> =>
  Object.fromEntries(
    Object.entries(OVERRIDES).flatMap(([parameter, header]) => {
      const value = query.get(parameter)
      return value === null ? [] : [[header, value] as const]
    }),
  )

import { toRead } from '../access'
import type { S3Operation } from '../call'
import { checkRead } from '../preconditions'
import { readRange } from '../range'
import { findObject } from '../read'
import { objectHeaders } from '../stored-headers'

export const headObject: S3Operation = {
  query: ['versionId'],
  headers: ['x-amz-checksum-mode'],
  access: (call) => toRead(call),
  async run(call) {
    const object = findObject(call)
    if (checkRead(call.headers, object) === 'not modified')
      return { status: 304, headers: objectHeaders(object, false) }

    const range = readRange(call.headers.range, object.size)
    return {
      status: range ? 206 : 200,
      headers: {
        ...objectHeaders(object, call.headers['x-amz-checksum-mode'] === 'ENABLED'),
        'content-length': String(range ? range.last - range.first + 1 : object.size),
        ...(range && { 'content-range': `bytes ${range.first}-${range.last}/${object.size}` }),
      },
    }
  },
}

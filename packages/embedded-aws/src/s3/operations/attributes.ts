import { AwsError } from '../../protocol/aws-error'
import { onObject, toRead } from '../access'
import type { BucketCall, S3Operation } from '../call'
import { checksumElement } from '../checksum'
import { findObject } from '../read'
import { versionHeader } from '../stored-headers'
import type { StoredObject } from '../version'
import { type Elements, writeXml } from '../xml'

/** What can be asked for, in the order of the answer. */
const ATTRIBUTES: Record<string, (object: StoredObject, call: BucketCall) => Elements> = {
  ETag: ({ etag }) => ({ ETag: etag }),
  Checksum: ({ checksum }) =>
    checksum ? { Checksum: { ...checksumElement(checksum), ChecksumType: checksum.type } } : {},
  ObjectParts: (object, call) => partsOf(object, call),
  StorageClass: ({ headers }) => ({ StorageClass: headers['x-amz-storage-class'] ?? 'STANDARD' }),
  ObjectSize: ({ size }) => ({ ObjectSize: size }),
}

export const getObjectAttributes: S3Operation = {
  query: ['attributes', 'versionId'],
  headers: ['x-amz-object-attributes', 'x-amz-max-parts', 'x-amz-part-number-marker'],
  access: (call) => [
    ...toRead(call),
    onObject(call.query.has('versionId') ? 'GetObjectVersionAttributes' : 'GetObjectAttributes', call),
  ],
  async run(call) {
    const wanted = (call.headers['x-amz-object-attributes'] ?? '').split(',').map((name) => name.trim())
    if (wanted.some((name) => !Object.hasOwn(ATTRIBUTES, name))) {
      throw new AwsError(400, 'InvalidArgument', 'Invalid attribute name specified.')
    }
    const object = findObject(call)
    const found = Object.entries(ATTRIBUTES).map(([name, read]) => (wanted.includes(name) ? read(object, call) : {}))
    return {
      status: 200,
      headers: {
        'content-type': 'application/xml',
        'last-modified': new Date(object.lastModified).toUTCString(),
        ...versionHeader(object),
      },
      body: writeXml('GetObjectAttributesOutput', Object.assign({}, ...found)),
    }
  },
}

/** An object that was uploaded in parts says how many; each by itself only where the upload was summed. */
function partsOf({ etag, checksum, parts = [] }: StoredObject, { headers }: BucketCall): Elements {
  const count = /-(\d+)$/.exec(etag)?.[1]
  if (count === undefined) return {}
  if (!checksum) return { ObjectParts: { PartsCount: Number(count) } }
  const marker = Number(headers['x-amz-part-number-marker'] ?? 0)
  const maxParts = Math.min(Number(headers['x-amz-max-parts'] ?? 1000), 1000)
  const rest = parts.filter(({ number }) => number > marker)
  const page = rest.slice(0, maxParts)
  return {
    ObjectParts: {
      PartsCount: Number(count),
      PartNumberMarker: marker,
      NextPartNumberMarker: page.at(-1)?.number ?? 0,
      MaxParts: maxParts,
      IsTruncated: rest.length > page.length,
      Part: page.map((part) => ({ PartNumber: part.number, Size: part.size, ...checksumElement(part.checksum) })),
    },
  }
}

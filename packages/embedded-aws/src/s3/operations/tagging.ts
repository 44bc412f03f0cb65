import { onObject } from '../access'
import type { BucketCall, S3Operation } from '../call'
import { notifyTagged } from '../notify'
import { findObject } from '../read'
import { versionHeader } from '../stored-headers'
import { tagsInXml } from '../tags'
import { writeXml } from '../xml'

export const getObjectTagging: S3Operation = {
  query: ['tagging', 'versionId'],
  access: (call) => [onObject(actionOf('Get', call), call)],
  async run(call) {
    const object = findObject(call)
    const Tag = Object.entries(object.tags ?? {}).map(([Key, Value]) => ({ Key, Value }))
    return {
      status: 200,
      headers: { 'content-type': 'application/xml', ...versionHeader(object) },
      body: writeXml('Tagging', { TagSet: { Tag } }),
    }
  },
}

export const putObjectTagging: S3Operation = {
  query: ['tagging', 'versionId'],
  access: (call) => [onObject(actionOf('Put', call), call)],
  async run(call) {
    const object = findObject(call)
    call.bucket.tag(object, tagsInXml(call.body))
    notifyTagged(call, object, 'Object Tags Added')
    return { status: 200, headers: versionHeader(object) }
  },
}

export const deleteObjectTagging: S3Operation = {
  query: ['tagging', 'versionId'],
  access: (call) => [onObject(actionOf('Delete', call), call)],
  async run(call) {
    const object = findObject(call)
    call.bucket.tag(object, {})
    notifyTagged(call, object, 'Object Tags Deleted')
    return { status: 204, headers: versionHeader(object) }
  },
}

const actionOf = (verb: string, { query }: BucketCall): string =>
  query.has('versionId') ? `${verb}ObjectVersionTagging` : `${verb}ObjectTagging`

import { onObject, toTag } from '../access'
import type { S3Operation } from '../call'
import { checksumHeaders } from '../checksum'
import { notifyCreated } from '../notify'
import { isConditional } from '../preconditions'
import { STORABLE, storedHeaders, versionHeader } from '../stored-headers'
import { tagsInHeader, withTags } from '../tags'
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

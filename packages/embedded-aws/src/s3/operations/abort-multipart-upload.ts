import { onObject } from '../access'
import type { S3Operation } from '../call'
import { findUpload } from '../find-upload'

export const abortMultipartUpload: S3Operation = {
  query: ['uploadId'],
  access: (call) => [onObject('AbortMultipartUpload', call)],
  async run(call) {
    call.bucket.endUpload(findUpload(call).id)
    return { status: 204 }
  },
}

import { onBucket } from '../access'
import type { S3Operation } from '../call'
import { malformed, readXml, textOf } from '../xml'

export const putBucketVersioning: S3Operation = {
  query: ['versioning'],
  access: (call) => [onBucket('PutBucketVersioning', call)],
  async run({ bucket, body }) {
    const status = textOf(readXml(body.toString('utf8')), 'Status')
    if (status !== 'Enabled' && status !== 'Suspended') throw malformed()
    bucket.configure({ versioning: status })
    return { status: 200 }
  },
}

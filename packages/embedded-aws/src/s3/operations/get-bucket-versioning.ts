import { onBucket } from '../access'
import type { S3Operation } from '../call'
import { writeXml } from '../xml'

export const getBucketVersioning: S3Operation = {
  query: ['versioning'],
  access: (call) => [onBucket('GetBucketVersioning', call)],
  run: async ({ bucket }) => ({
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: writeXml('VersioningConfiguration', { Status: bucket.settings().versioning }),
  }),
}

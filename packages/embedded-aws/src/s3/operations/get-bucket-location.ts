import { onBucket } from '../access'
import type { S3Operation } from '../call'

export const getBucketLocation: S3Operation = {
  query: ['location'],
  access: (call) => [onBucket('GetBucketLocation', call)],
  async run({ context: { region } }) {
    // us-east-1 is told by an empty element. The root has the text, so the document is written here.
    const text = region === 'us-east-1' ? '' : region
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${text}</LocationConstraint>`
    return { status: 200, headers: { 'content-type': 'application/xml' }, body }
  },
}

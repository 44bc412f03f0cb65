import { AwsError } from '../../protocol/aws-error'
import type { Access, AwsResponse } from '../../service'
import { onBucket } from '../access'
import type { S3Call, S3Operation } from '../call'
import { malformed, readXml, textOf, writeXml } from '../xml'

const NAME = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

/** Works on a bucket that is not there yet. */
export const createBucket = {
  access: ({ bucketName }: S3Call): Access[] => [{ action: 's3:CreateBucket', resource: `arn:aws:s3:::${bucketName}` }],
  async run({ bucketName, buckets, makeBucket }: S3Call): Promise<AwsResponse> {
    if (!NAME.test(bucketName)) throw new AwsError(400, 'InvalidBucketName', 'The specified bucket is not valid.')
    if (buckets.has(bucketName)) {
      throw new AwsError(
        409,
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
      )
    }
    makeBucket(bucketName)
    return { status: 200, headers: { location: `/${bucketName}` } }
  },
}

/** Works on no bucket. */
export const listBuckets = {
  access: (): Access[] => [{ action: 's3:ListAllMyBuckets', resource: '*' }],
  async run({ buckets, context }: S3Call): Promise<AwsResponse> {
    const settings = [...buckets.values()].map((bucket) => bucket.settings()).sort((a, b) => (a.name < b.name ? -1 : 1))
    const body = writeXml('ListAllMyBucketsResult', {
      Owner: { ID: context.account },
      Buckets: {
        Bucket: settings.map(({ name, createdAt }) => ({
          Name: name,
          CreationDate: new Date(createdAt).toISOString(),
          BucketRegion: context.region,
        })),
      },
    })
    return { status: 200, headers: { 'content-type': 'application/xml' }, body }
  },
}

export const headBucket: S3Operation = {
  access: (call) => [onBucket('ListBucket', call)],
  run: async ({ context }) => ({ status: 200, headers: { 'x-amz-bucket-region': context.region } }),
}

export const deleteBucket: S3Operation = {
  access: (call) => [onBucket('DeleteBucket', call)],
  async run({ bucket, bucketName, removeBucket }) {
    if (bucket.keys.size() > 0) throw new AwsError(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty')
    removeBucket(bucketName)
    return { status: 204 }
  },
}

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

export const getBucketVersioning: S3Operation = {
  query: ['versioning'],
  access: (call) => [onBucket('GetBucketVersioning', call)],
  run: async ({ bucket }) => ({
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: writeXml('VersioningConfiguration', { Status: bucket.settings().versioning }),
  }),
}

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

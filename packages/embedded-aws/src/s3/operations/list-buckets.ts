import type { Access, AwsResponse } from '../../service'
import type { S3Call } from '../call'
import { writeXml } from '../xml'

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

import { AwsError } from '../../protocol/aws-error'
import type { S3Call } from '../call'
import type { Access, AwsResponse } from '../../service'

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

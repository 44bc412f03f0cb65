import { AwsError } from '../../protocol/aws-error'
import { onBucket } from '../access'
import type { S3Operation } from '../call'

export const deleteBucket: S3Operation = {
  access: (call) => [onBucket('DeleteBucket', call)],
  async run({ bucket, bucketName, removeBucket }) {
    if (bucket.keys.size() > 0) throw new AwsError(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty')
    removeBucket(bucketName)
    return { status: 204 }
  },
}

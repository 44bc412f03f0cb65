import { onBucket } from '../access'
import type { S3Operation } from '../call'

export const headBucket: S3Operation = {
  access: (call) => [onBucket('ListBucket', call)],
  run: async ({ context }) => ({ status: 200, headers: { 'x-amz-bucket-region': context.region } }),
}

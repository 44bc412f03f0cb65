import { AwsError } from '../protocol/aws-error'
import type { BucketCall } from './call'
import type { Upload } from './upload'

/** The upload that the call goes on with. Raises NoSuchUpload (404). */
export function findUpload({ bucket, key, query }: BucketCall): Upload {
  const upload = bucket.uploads.get(query.get('uploadId') ?? '')
  if (upload?.key === key) return upload
  throw new AwsError(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
  )
}

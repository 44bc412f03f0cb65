import type { S3Operation } from '../call'
import { abortMultipartUpload } from './abort-multipart-upload'
import { completeMultipartUpload } from './complete-multipart-upload'
import { copyObject } from './copy-object'
import { createMultipartUpload } from './create-multipart-upload'
import { deleteBucket } from './delete-bucket'
import { deleteObject } from './delete-object'
import { deleteObjects } from './delete-objects'
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './object-tagging'
import { getBucketLocation } from './get-bucket-location'
import { getBucketVersioning } from './get-bucket-versioning'
import { getObject } from './get-object'
import { getObjectAttributes } from './get-object-attributes'
import { headBucket } from './head-bucket'
import { headObject } from './head-object'
import { listObjectVersions } from './list-object-versions'
import { listObjects } from './list-objects'
import { listObjectsV2 } from './list-objects-v2'
import { listParts } from './list-parts'
import { getBucketNotificationConfiguration, putBucketNotificationConfiguration } from './notifications'
import { putBucketVersioning } from './put-bucket-versioning'
import { putObject } from './put-object'
import { uploadPart } from './upload-part'
import { uploadPartCopy } from './upload-part-copy'

/** Every operation that works on a bucket which is there, by its name. */
export const OPERATIONS: Record<string, S3Operation> = {
  AbortMultipartUpload: abortMultipartUpload,
  CompleteMultipartUpload: completeMultipartUpload,
  CopyObject: copyObject,
  CreateMultipartUpload: createMultipartUpload,
  DeleteBucket: deleteBucket,
  DeleteObject: deleteObject,
  DeleteObjectTagging: deleteObjectTagging,
  DeleteObjects: deleteObjects,
  GetBucketLocation: getBucketLocation,
  GetBucketNotificationConfiguration: getBucketNotificationConfiguration,
  GetBucketVersioning: getBucketVersioning,
  GetObject: getObject,
  GetObjectAttributes: getObjectAttributes,
  GetObjectTagging: getObjectTagging,
  HeadBucket: headBucket,
  HeadObject: headObject,
  ListObjectVersions: listObjectVersions,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  ListParts: listParts,
  PutBucketNotificationConfiguration: putBucketNotificationConfiguration,
  PutBucketVersioning: putBucketVersioning,
  PutObject: putObject,
  PutObjectTagging: putObjectTagging,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
}

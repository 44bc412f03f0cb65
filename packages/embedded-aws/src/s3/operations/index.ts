import type { S3Operation } from '../call'
import { getObjectAttributes } from './attributes'
import { deleteBucket, getBucketLocation, getBucketVersioning, headBucket, putBucketVersioning } from './buckets'
import { copyObject, uploadPartCopy } from './copies'
import { deleteObject, deleteObjects } from './deletions'
import { listObjects, listObjectsV2, listObjectVersions } from './listings'
import { getBucketNotificationConfiguration, putBucketNotificationConfiguration } from './notifications'
import { getObject, headObject, putObject } from './objects'
import { listParts, uploadPart } from './parts'
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './tagging'
import { abortMultipartUpload, completeMultipartUpload, createMultipartUpload } from './uploads'

/** Every operation that works on a bucket which is there, by its name. */
export const S3_OPERATIONS: Record<string, S3Operation> = {
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

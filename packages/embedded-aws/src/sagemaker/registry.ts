import { z } from 'zod'
import { entityName, tags } from './names'

const container = z.looseObject({ Image: z.string(), ModelDataUrl: z.string().optional() })
const metricsSource = z.strictObject({
  ContentType: z.string(),
  S3Uri: z.string(),
  ContentDigest: z.string().optional(),
})

export const approvalStatus = z.enum(['Approved', 'Rejected', 'PendingManualApproval'])

export const modelPackageGroupRequest = z.strictObject({
  ModelPackageGroupName: entityName,
  ModelPackageGroupDescription: z.string().max(1024).optional(),
  Tags: tags,
})

/** CreateModelPackage's request for a version of a group. */
export const modelPackageRequest = z.strictObject({
  ModelPackageGroupName: entityName,
  ModelPackageDescription: z.string().max(1024).optional(),
  InferenceSpecification: z
    .strictObject({
      Containers: z.array(container).min(1).max(15),
      SupportedContentTypes: z.array(z.string()).optional(),
      SupportedResponseMIMETypes: z.array(z.string()).optional(),
      SupportedRealtimeInferenceInstanceTypes: z.array(z.string()).optional(),
      SupportedTransformInstanceTypes: z.array(z.string()).optional(),
    })
    .optional(),
  ModelApprovalStatus: approvalStatus.default('PendingManualApproval'),
  ModelMetrics: z
    .strictObject({ ModelQuality: z.strictObject({ Statistics: metricsSource.optional() }).optional() })
    .optional(),
  MetadataProperties: z.record(z.string(), z.string()).optional(),
  CustomerMetadataProperties: z
    .record(z.string().min(1).max(128), z.string().max(256))
    .refine((properties) => Object.keys(properties).length <= 50, 'at most 50 properties')
    .optional(),
  ClientToken: z
    .string()
    .regex(/^[a-zA-Z0-9-]{1,36}$/)
    .optional(),
  Tags: tags,
})

export const modelPackageGroup = z.object({ request: modelPackageGroupRequest, arn: z.string(), created: z.number() })
export type ModelPackageGroup = z.infer<typeof modelPackageGroup>

export const modelPackage = z.object({
  request: modelPackageRequest,
  arn: z.string(),
  version: z.int().positive(),
  created: z.number(),
  modified: z.number(),
  approval: approvalStatus,
  approvalDescription: z.string().optional(),
  properties: z.record(z.string(), z.string()),
})
export type ModelPackage = z.infer<typeof modelPackage>

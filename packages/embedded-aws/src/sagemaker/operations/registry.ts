import { z } from 'zod'
import { AwsError } from '../../protocol/aws-error'
import { jsonOperation } from '../../protocol/json'
import { pageFrom } from '../listing'
import { arnOf, entityName, invalid, notFound, seconds } from '../names'
import { approvalStatus, type ModelPackage, modelPackageGroupRequest, modelPackageRequest } from '../registry'
import type { SageMaker } from '../sagemaker'

const DETAIL_TYPE = 'SageMaker Model Package State Change'

export const createModelPackageGroup = ({ site, groups }: SageMaker) =>
  jsonOperation({
    input: modelPackageGroupRequest,
    access: ({ ModelPackageGroupName: name, Tags }) => {
      const resource = arnOf(site, 'model-package-group', name)
      const create = { action: 'sagemaker:CreateModelPackageGroup', resource }
      return Tags.length > 0 ? [create, { action: 'sagemaker:AddTags', resource }] : [create]
    },
    run: (request) => {
      const { ModelPackageGroupName: name } = request
      // Model packages have no ResourceInUse: this is a ValidationException.
      if (groups.get(name))
        throw invalid(`Model Package Group already exists: ${arnOf(site, 'model-package-group', name)}`)
      const arn = arnOf(site, 'model-package-group', name)
      groups.put(name, { request, arn, created: site.clock.now() })
      return { ModelPackageGroupArn: arn }
    },
  })

export const describeModelPackageGroup = ({ site, groups }: SageMaker) =>
  jsonOperation({
    input: z.strictObject({ ModelPackageGroupName: entityName }),
    access: ({ ModelPackageGroupName: name }) => [
      { action: 'sagemaker:DescribeModelPackageGroup', resource: arnOf(site, 'model-package-group', name) },
    ],
    run: ({ ModelPackageGroupName: name }) => {
      const group = groups.get(name)
      if (!group) throw invalid(`ModelPackageGroup ${arnOf(site, 'model-package-group', name)} does not exist.`)
      return {
        ModelPackageGroupName: name,
        ModelPackageGroupArn: group.arn,
        ModelPackageGroupDescription: group.request.ModelPackageGroupDescription,
        ModelPackageGroupStatus: 'Completed',
        CreationTime: seconds(group.created),
        CreatedBy: {},
      }
    },
  })

export const createModelPackage = ({ site, groups, packages }: SageMaker) =>
  jsonOperation({
    input: modelPackageRequest,
    // The version is unknown before it is created, so AWS checks the permission with the group's name and any version.
    access: ({ ModelPackageGroupName: name }) => [
      { action: 'sagemaker:CreateModelPackage', resource: arnOf(site, 'model-package-group', name) },
      { action: 'sagemaker:CreateModelPackage', resource: arnOf(site, 'model-package', `${name}/1`) },
    ],
    run: (request) => {
      const { ModelPackageGroupName: group, ClientToken: token } = request
      if (!groups.get(group)) throw invalid(`ModelPackageGroup ${group} does not exist.`)
      const versions = packages.all().filter((one) => one.request.ModelPackageGroupName === group)
      const same = token === undefined ? undefined : versions.find((one) => one.request.ClientToken === token)
      if (same) return { ModelPackageArn: same.arn }

      const version = versions.length + 1
      const now = site.clock.now()
      const made: ModelPackage = {
        request,
        arn: arnOf(site, 'model-package', `${group}/${version}`),
        version,
        created: now,
        modified: now,
        approval: request.ModelApprovalStatus,
        properties: request.CustomerMetadataProperties ?? {},
      }
      packages.put(nameOf(group, version), made)
      announce(site, made)
      return { ModelPackageArn: made.arn }
    },
  })

export const updateModelPackage = ({ site, packages }: SageMaker) =>
  jsonOperation({
    input: z.strictObject({
      ModelPackageArn: z.string(),
      ModelApprovalStatus: approvalStatus.optional(),
      ApprovalDescription: z.string().max(1024).optional(),
      CustomerMetadataProperties: z.record(z.string(), z.string()).optional(),
      CustomerMetadataPropertiesToRemove: z.array(z.string()).default([]),
    }),
    access: ({ ModelPackageArn: resource }) => [{ action: 'sagemaker:UpdateModelPackage', resource }],
    run: (change) => {
      const before = find(packages.all(), change.ModelPackageArn)
      const properties = { ...before.properties, ...change.CustomerMetadataProperties }
      for (const name of change.CustomerMetadataPropertiesToRemove) delete properties[name]
      const after = {
        ...before,
        properties,
        modified: site.clock.now(),
        approval: change.ModelApprovalStatus ?? before.approval,
        approvalDescription: change.ApprovalDescription ?? before.approvalDescription,
      }
      packages.put(nameOf(before.request.ModelPackageGroupName, before.version), after)
      if (after.approval !== before.approval) announce(site, after)
      return { ModelPackageArn: before.arn }
    },
  })

export const describeModelPackage = ({ packages }: SageMaker) =>
  jsonOperation({
    input: z.strictObject({ ModelPackageName: z.string() }),
    access: ({ ModelPackageName: resource }) => [{ action: 'sagemaker:DescribeModelPackage', resource }],
    run: ({ ModelPackageName: arn }) => {
      const one = find(packages.all(), arn)
      const { ClientToken: _, Tags: _tags, ModelApprovalStatus: _approval, ...request } = one.request
      return {
        ...request,
        ...summaryOf(one),
        CustomerMetadataProperties: one.properties,
        LastModifiedTime: seconds(one.modified),
        ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
      }
    },
  })

export const listModelPackages = ({ site, packages }: SageMaker) =>
  jsonOperation({
    input: z.strictObject({
      ModelPackageGroupName: entityName,
      ModelApprovalStatus: approvalStatus.optional(),
      ModelPackageType: z.enum(['Versioned', 'Both']).optional(),
      SortBy: z.enum(['Name', 'CreationTime']).optional(),
      SortOrder: z.enum(['Ascending', 'Descending']).default('Descending'),
      MaxResults: z.int().min(1).max(100).default(10),
      NextToken: z.string().optional(),
    }),
    access: ({ ModelPackageGroupName: name }) => [
      { action: 'sagemaker:ListModelPackages', resource: arnOf(site, 'model-package-group', name) },
    ],
    run: ({ ModelPackageGroupName: group, ModelApprovalStatus: status, ...paging }) => {
      const found = packages
        .all()
        .filter((one) => one.request.ModelPackageGroupName === group && (!status || one.approval === status))
        .sort((a, b) => a.version - b.version)
      if (paging.SortOrder === 'Descending') found.reverse()
      const { page, ...more } = pageFrom(found, paging)
      return { ModelPackageSummaryList: page.map(summaryOf), ...more }
    },
  })

const nameOf = (group: string, version: number): string => `${group}.${version}`

function find(all: readonly ModelPackage[], arn: string): ModelPackage {
  if (!/^arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\d{12}:model-package\/.+/.test(arn)) {
    throw new AwsError(400, 'ValidationException', `${arn} is not the ARN of a model package`)
  }
  const one = all.find((candidate) => candidate.arn === arn)
  if (!one) throw notFound(`model package ${arn}`)
  return one
}

const summaryOf = (one: ModelPackage) => ({
  ModelPackageGroupName: one.request.ModelPackageGroupName,
  ModelPackageVersion: one.version,
  ModelPackageArn: one.arn,
  ModelPackageDescription: one.request.ModelPackageDescription,
  CreationTime: seconds(one.created),
  ModelPackageStatus: 'Completed',
  ModelApprovalStatus: one.approval,
  ...(one.approvalDescription === undefined ? {} : { ApprovalDescription: one.approvalDescription }),
})

const announce = (site: SageMaker['site'], one: ModelPackage) =>
  site.announce(DETAIL_TYPE, one.arn, one.approval, {
    ModelPackageGroupName: one.request.ModelPackageGroupName,
    ModelPackageVersion: one.version,
    ModelPackageArn: one.arn,
    ModelPackageStatus: 'Completed',
    ModelApprovalStatus: one.approval,
    CreationTime: String(Math.round(one.created)),
  })

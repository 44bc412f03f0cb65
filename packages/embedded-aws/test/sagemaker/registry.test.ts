import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  AddTagsCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DescribeModelPackageCommand,
  ListModelPackagesCommand,
  ListTagsCommand,
  SageMakerClient,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker'
import { createSageMaker } from '../../src/sagemaker'
import { clientOf, type Served, serve } from '../serve'

const GROUP = 'bellwether-test'
const make = (context: Parameters<typeof createSageMaker>[0]) => ({
  sageMaker: createSageMaker(context, {
    mayPassRole: () => undefined,
    credentialsFor: () => ({ accessKeyId: 'role', secretAccessKey: 'role', sessionToken: 'role' }),
    track: (_, doing) => doing,
  }),
})

let cloud: Served<ReturnType<typeof make>>
let client: SageMakerClient
beforeEach(async () => {
  cloud = await serve(make)
  client = new SageMakerClient(clientOf(cloud))
  await client.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: GROUP }))
})
afterEach(() => cloud.close())

const register = (job: string, token?: string) =>
  client.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: GROUP,
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: {
        Containers: [
          {
            Image: '685385470294.dkr.ecr.eu-west-1.amazonaws.com/blazingtext:1',
            ModelDataUrl: `s3://b/models/${job}/output/model.tar.gz`,
          },
        ],
        SupportedContentTypes: ['application/json'],
        SupportedResponseMIMETypes: ['application/json'],
      },
      CustomerMetadataProperties: { dataset: job },
      ClientToken: token,
    }),
  )
const list = () => client.send(new ListModelPackagesCommand({ ModelPackageGroupName: GROUP }))

describe('the model registry', () => {
  it('numbers the versions of a group, and keeps them across a restart', async () => {
    await register('one')
    await register('two')
    cloud = await cloud.restart()
    client = new SageMakerClient(clientOf(cloud))

    const { ModelPackageSummaryList: found = [] } = await list()

    expect(found.map(({ ModelPackageVersion }) => ModelPackageVersion)).toEqual([2, 1])
    expect(found[0]!.ModelPackageArn).toBe(`arn:aws:sagemaker:eu-west-1:000000000000:model-package/${GROUP}/2`)
    expect(found[0]!.CreationTime).toBeInstanceOf(Date)
  })

  it('registers a model once per token', async () => {
    const first = await register('one', 'token-1')
    const second = await register('one', 'token-1')

    expect(second.ModelPackageArn).toBe(first.ModelPackageArn)
    expect((await list()).ModelPackageSummaryList).toHaveLength(1)
  })

  it('approves a version with the reason, and emits an event', async () => {
    const { ModelPackageArn } = await register('one')

    await client.send(
      new UpdateModelPackageCommand({
        ModelPackageArn,
        ModelApprovalStatus: 'Approved',
        ApprovalDescription: 'better',
        CustomerMetadataProperties: { verdict: 'promoted' },
      }),
    )

    const described = await client.send(new DescribeModelPackageCommand({ ModelPackageName: ModelPackageArn }))
    expect(described).toMatchObject({
      ModelApprovalStatus: 'Approved',
      ApprovalDescription: 'better',
      ModelPackageStatus: 'Completed',
      CustomerMetadataProperties: { dataset: 'one', verdict: 'promoted' },
    })
    expect(cloud.emitted.map(({ detail }) => detail)).toMatchObject([
      { ModelApprovalStatus: 'PendingManualApproval' },
      { ModelApprovalStatus: 'Approved', ModelPackageVersion: 1 },
    ])
  })

  it.each([
    ['an existing group', () => new CreateModelPackageGroupCommand({ ModelPackageGroupName: GROUP }), /already exists/],
    [
      'a version of a missing group',
      () => new CreateModelPackageCommand({ ModelPackageGroupName: 'nothing' }),
      /nothing does not exist/,
    ],
    [
      'a missing version',
      () =>
        new DescribeModelPackageCommand({
          ModelPackageName: `arn:aws:sagemaker:eu-west-1:000000000000:model-package/${GROUP}/9`,
        }),
      /not found/,
    ],
  ])('refuses %s', async (_, command, message) => {
    // Each row has another command, and their types have nothing in common.
    await expect(client.send(command() as CreateModelPackageGroupCommand)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    })
  })

  it('keeps tags', async () => {
    const arn = `arn:aws:sagemaker:eu-west-1:000000000000:model-package-group/${GROUP}`

    await client.send(new AddTagsCommand({ ResourceArn: arn, Tags: [{ Key: 'stage', Value: 'test' }] }))

    const { Tags } = await client.send(new ListTagsCommand({ ResourceArn: arn }))
    expect(Tags).toEqual([{ Key: 'stage', Value: 'test' }])
  })
})

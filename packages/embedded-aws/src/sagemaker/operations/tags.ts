import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import { tags } from '../names'
import type { SageMaker } from '../sagemaker'

export const addTags = ({ tagging }: SageMaker) =>
  jsonOperation({
    input: z.strictObject({ ResourceArn: z.string(), Tags: tags }),
    access: ({ ResourceArn: resource }) => [{ action: 'sagemaker:AddTags', resource }],
    run: ({ ResourceArn: arn, Tags }) => ({ Tags: tagging.add(arn, Tags) }),
  })

export const listTags = ({ tagging }: SageMaker) =>
  jsonOperation({
    input: z.strictObject({
      ResourceArn: z.string(),
      MaxResults: z.int().min(50).optional(),
      NextToken: z.string().optional(),
    }),
    access: ({ ResourceArn: resource }) => [{ action: 'sagemaker:ListTags', resource }],
    run: ({ ResourceArn: arn }) => ({ Tags: tagging.of(arn) }),
  })

import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import type { SageMaker } from '../sagemaker'

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

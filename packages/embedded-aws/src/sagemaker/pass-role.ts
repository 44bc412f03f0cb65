import { AwsError } from '../protocol/aws-error'
import type { Principal } from '../service'
import { invalid } from './names'
import type { Site } from './surroundings'

/** Checks that the caller may pass this role to SageMaker and that the role trusts SageMaker. */
export function checkRole(site: Pick<Site, 'mayPassRole'>, principal: Principal, roleArn: string): void {
  const denial = site.mayPassRole(principal, roleArn)
  if (!denial) return
  if (denial.action === 'iam:PassRole') throw new AwsError(400, 'AccessDeniedException', denial.message)
  throw invalid(
    `Could not assume role ${roleArn}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.`,
  )
}

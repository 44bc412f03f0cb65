import type { PolicyDocument } from './iam'
import { evaluate, list } from './policy'

interface Asked {
  /** `events.amazonaws.com` */
  principal: string
  action: string
  resource: string
  /** ARN of the rule, schedule or API that asks. */
  sourceArn: string
  account: string
}

/** Does a resource's own policy let a service of AWS in? */
export function resourcePolicyAllows({ Statement }: PolicyDocument, asked: Asked): boolean {
  const { principal, action, resource, sourceArn, account } = asked
  const concerning = list(Statement).filter(({ Principal }) => names(Principal, principal))
  const context = new Map([
    ['aws:sourcearn', [sourceArn]],
    ['aws:sourceaccount', [account]],
    ['aws:securetransport', ['true']],
  ])
  return evaluate(concerning, { action, resource }, context) === 'allowed'
}

/** Is it everybody, or this service among others? */
export function names(given: unknown, service: string): boolean {
  if (given === '*') return true
  if (typeof given !== 'object' || given === null) return false
  if ('AWS' in given && given.AWS === '*') return true
  return 'Service' in given && list(given.Service).includes(service)
}

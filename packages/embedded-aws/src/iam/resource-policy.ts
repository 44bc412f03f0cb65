import { evaluate, list, names, type PolicyDocument } from './policy'

interface Asked {
  /** `events.amazonaws.com` */
  principal: string
  action: string
  resource: string
  /** ARN of the calling rule, schedule or API. */
  sourceArn: string
  account: string
}

/** Does a resource's policy allow a service of AWS? */
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

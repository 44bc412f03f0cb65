import type { Access, Principal } from '../service'
import type { Context } from './conditions'
import { evaluate, list, names, type PolicyDocument } from './policy'

/** A role of the template with resolved policies. */
export interface Role {
  logicalId: string
  name: string
  arn: string
  trust: PolicyDocument
  policies: PolicyDocument[]
}

export interface Denial {
  action: string
  message: string
}

/** The roles of the template and their permissions. */
export interface Iam {
  addRole(role: Role): void
  /** Look up by logical id, name or ARN. */
  role(nameOrArn: string): Role | undefined
  /** The principal of an assumed role: `session` is the function's or the job's name. */
  principalOf(role: Role, session: string): Principal
  /** The first denied access, in AWS's words; undefined when all are allowed. The owner may do everything. */
  denialOf(principal: Principal, accesses: readonly Access[]): Denial | undefined
  /** May this service (`scheduler.amazonaws.com`) assume the role? */
  trusts(role: Role, service: string): boolean
  /** `iam:PassRole`: may the principal pass this role to the service, and does the role trust the service? */
  mayPassRole(principal: Principal, roleArn: string, service: string): Denial | undefined
}

/** No roles yet. */
export function createIam(account: string, region: string): Iam {
  const roles = new Map<string, Role>()
  const find = (key: string) =>
    roles.get(key) ?? [...roles.values()].find(({ name, arn }) => name === key || arn === key)

  const refuses = (principal: Principal, access: Access): Denial | undefined => {
    if (principal.role === undefined) return undefined
    const role = find(principal.role)
    const statements = role?.policies.flatMap((policy) => list(policy.Statement)) ?? []
    const verdict = evaluate(statements, access, contextOf(principal, role, access, account, region))
    return verdict === 'allowed' ? undefined : denial(principal, access, verdict === 'explicitly denied')
  }
  const trusts = (role: Role, service: string) => {
    const access = { action: 'sts:AssumeRole', resource: role.arn, conditions: { 'aws:SourceAccount': account } }
    const context = contextOf({ arn: service }, undefined, access, account, region)
    const statements = list(role.trust.Statement).filter(({ Principal }) => names(Principal, service))
    return evaluate(statements, access, context) === 'allowed'
  }

  return {
    addRole: (role) => void roles.set(role.logicalId, role),
    role: find,
    principalOf: ({ logicalId, name }, session) => ({
      arn: `arn:aws:sts::${account}:assumed-role/${name}/${session}`,
      role: logicalId,
    }),
    trusts,
    denialOf(principal, accesses) {
      for (const access of accesses) {
        const refused = refuses(principal, access)
        if (refused) return refused
      }
      return undefined
    },
    mayPassRole(principal, roleArn, service) {
      const access = { action: 'iam:PassRole', resource: roleArn, conditions: { 'iam:PassedToService': service } }
      const refused = refuses(principal, access)
      if (refused) return refused
      const role = find(roleArn)
      if (role && trusts(role, service)) return undefined
      return {
        action: 'sts:AssumeRole',
        message: `${service} cannot assume ${roleArn}: it does not exist or does not trust the service`,
      }
    },
  }
}

function denial(principal: Principal, { action, resource }: Access, explicit: boolean): Denial {
  const because = explicit
    ? 'with an explicit deny in an identity-based policy'
    : `because no identity-based policy allows the ${action} action`
  return {
    action,
    message: `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${because}`,
  }
}

function contextOf(
  principal: Principal,
  role: Role | undefined,
  { conditions = {} }: Access,
  account: string,
  region: string,
): Context {
  const everywhere: Record<string, string> = {
    'aws:PrincipalArn': role?.arn ?? principal.arn,
    'aws:PrincipalAccount': account,
    'aws:ResourceAccount': account,
    'aws:RequestedRegion': region,
    // Always true, as with the SDK on AWS: the policies are tested here, not the transport.
    'aws:SecureTransport': 'true',
  }
  return new Map(
    Object.entries({ ...everywhere, ...conditions }).map(([key, value]) => [key.toLowerCase(), list(value)]),
  )
}

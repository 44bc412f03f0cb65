import { z } from 'zod'
import type { Creators } from '../cloudformation/create'
import type { Iam, Role } from './iam'
import { list, type PolicyDocument, type Statement } from './policy'

const oneOrMore = z.union([z.string(), z.array(z.string())])
const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.unknown().optional(),
  Action: oneOrMore.optional(),
  NotAction: oneOrMore.optional(),
  Resource: oneOrMore.optional(),
  NotResource: oneOrMore.optional(),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
})

/** A policy in a template. An unknown element is refused by name. */
export const policyDocument = z
  .object({ Version: z.string().optional(), Statement: z.union([statement, z.array(statement)]) })
  .transform(({ Statement }): PolicyDocument => ({
    Statement: [...list<Statement>(Statement as Statement | Statement[])],
  }))

const inlinePolicy = z.object({ PolicyName: z.string(), PolicyDocument: policyDocument })
const roleProperties = z.object({
  AssumeRolePolicyDocument: policyDocument,
  Policies: z.array(inlinePolicy).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
})
const attached = z.object({ PolicyDocument: policyDocument, Roles: z.array(z.string()).default([]) })

/** The supported policies that AWS manages. */
const MANAGED: Record<string, Statement[]> = {
  AWSLambdaBasicExecutionRole: [
    { Effect: 'Allow', Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' },
  ],
  AWSXRayDaemonWriteAccess: [
    { Effect: 'Allow', Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Resource: '*' },
  ],
}

/** Roles, and the policies attached to them. */
export function iamCreators(iam: Iam): Creators {
  const attach = (roles: string[], document: PolicyDocument) => {
    for (const name of roles) {
      const role = iam.role(name)
      if (!role) throw new Error(`there is no role ${name}`)
      iam.addRole({ ...role, policies: [...role.policies, document] })
    }
  }
  return {
    'AWS::IAM::Role': ({ logicalId, name, arn, properties }) => {
      const { AssumeRolePolicyDocument, Policies, ManagedPolicyArns } = roleProperties.parse(properties)
      const role: Role = {
        logicalId,
        name,
        arn,
        trust: AssumeRolePolicyDocument,
        policies: [...Policies.map(({ PolicyDocument }) => PolicyDocument), ...ManagedPolicyArns.flatMap(managed)],
      }
      iam.addRole(role)
    },
    'AWS::IAM::Policy': ({ properties }) => {
      const { PolicyDocument, Roles } = attached.parse(properties)
      attach(Roles, PolicyDocument)
    },
    'AWS::IAM::ManagedPolicy': ({ properties }) => {
      const { PolicyDocument, Roles } = attached.parse(properties)
      attach(Roles, PolicyDocument)
    },
  }
}

/** A policy of the template attaches by its own `Roles` or is found by ARN; AWS's are listed above. */
function managed(arn: string): PolicyDocument[] {
  const name = arn.split('/').at(-1) ?? ''
  const known = MANAGED[name]
  if (!known) throw new Error(`the embedded cloud has no managed policy ${arn}`)
  return [{ Statement: known }]
}

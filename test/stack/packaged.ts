import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { RegoEngine, TemplateFile } from '@aws/cloudformation-validate'
import { z } from 'zod'

export const root = path.resolve(__dirname, '../..')

/** The path of the packaged template; packages again when a source changed. */
export const templateFile = execFileSync(process.execPath, [path.join(root, 'bin/package.mjs')], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
}).trim()

/** The errors that CloudFormation would find in a template. */
export function errorsIn(file: string) {
  const engine = new RegoEngine()
  const { diagnostics } = engine.validateStandard(new TemplateFile(file))
  engine.free()
  return diagnostics.filter(({ severity }) => ['FATAL', 'ERROR'].includes(severity))
}

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())])
const statement = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.unknown().optional(),
  Action: oneOrMore,
  Resource: z.unknown().optional(),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
})
export type Statement = z.infer<typeof statement>

const policyDocument = z.object({ Statement: z.array(statement) })

const resource = z.object({
  Type: z.string(),
  DeletionPolicy: z.string().optional(),
  DependsOn: oneOrMore.optional(),
  Properties: z.unknown(),
})
const template = z
  .object({ Resources: z.record(z.string(), resource), Outputs: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync(templateFile, 'utf8')))

export const resources = Object.entries(template.Resources).map(([id, { Type, ...rest }]) => ({
  id,
  type: Type,
  ...rest,
}))

/** The parsed properties of each resource of a type, by logical id. */
export const ofType = <S extends z.ZodType>(type: string, schema: S): [string, z.infer<S>][] =>
  resources.filter((one) => one.type === type).map(({ id, Properties }) => [id, schema.parse(Properties)])

/** `{ 'Fn::GetAtt': [id, …] }` or `{ Ref: id }`: the id. */
export const reference = z.union([
  z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }).transform((value) => value['Fn::GetAtt'][0]),
  z.object({ Ref: z.string() }).transform(({ Ref }) => Ref),
])

export const functions = ofType(
  'AWS::Lambda::Function',
  z.object({
    FunctionName: z.string(),
    Handler: z.string(),
    Role: reference,
    Timeout: z.number(),
    Code: z.object({ S3Key: z.string() }),
    Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
  }),
).map(([id, { FunctionName, Handler, Role, Timeout, Code, Environment }]) => ({
  id,
  /** The name in serverless.yml. */
  name: FunctionName.replace('bellwether-dev-', ''),
  fullName: FunctionName,
  source: Handler.replace(/\.\w+$/, '.ts'),
  role: Role,
  timeout: Timeout,
  zip: path.join(path.dirname(templateFile), path.basename(Code.S3Key)),
  environment: Environment.Variables,
  variables: Object.keys(Environment.Variables),
}))

const policies = z.object({
  AssumeRolePolicyDocument: policyDocument,
  Policies: z.array(z.object({ PolicyDocument: policyDocument })),
  ManagedPolicyArns: z.array(z.unknown()).default([]),
})

export const roles = ofType('AWS::IAM::Role', policies).map(([id, role]) => ({
  id,
  managed: role.ManagedPolicyArns,
  trusts: role.AssumeRolePolicyDocument.Statement,
  statements: role.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
}))

export const statementsOf = (role: string): Statement[] => roles.find(({ id }) => id === role)?.statements ?? []

export const queuePolicies = ofType(
  'AWS::SQS::QueuePolicy',
  z.object({ Queues: z.array(reference), PolicyDocument: policyDocument }),
)

export const rules = ofType(
  'AWS::Events::Rule',
  z.object({
    Name: z.string(),
    EventBusName: reference.optional(),
    EventPattern: z.object({
      source: z.array(z.string()),
      'detail-type': z.array(z.string()),
      resources: z.array(z.unknown()).optional(),
      detail: z
        .object({
          bucket: z.object({ name: z.array(reference) }).optional(),
          object: z.object({ key: z.array(z.object({ wildcard: z.string() })) }).optional(),
        })
        .loose()
        .optional(),
    }),
    Targets: z.tuple([
      z.object({
        Arn: reference,
        RetryPolicy: z.object({ MaximumEventAgeInSeconds: z.number(), MaximumRetryAttempts: z.number() }),
        DeadLetterConfig: z.object({ Arn: reference }),
      }),
    ]),
  }),
).map(([id, { Name, EventBusName, EventPattern, Targets }]) => ({
  id,
  name: Name,
  bus: EventBusName ?? 'default',
  pattern: EventPattern,
  target: Targets[0],
  function: functions.find((one) => one.id === Targets[0].Arn)?.name ?? 'none',
}))

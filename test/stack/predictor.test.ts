import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { z } from 'zod'
import { resources, root, errorsIn } from './packaged'

const SOURCES = [
  'bin',
  'bellwether.yml',
  'events',
  'package.json',
  'package-lock.json',
  'packages',
  'pages',
  'serverless.yml',
  'services',
  'shared',
  'stack',
  'tsconfig.json',
]
const folder = mkdtempSync(path.join(tmpdir(), 'bellwether-llm-'))
const templateFile = path.join(folder, '.build/package/cloudformation-template-update-stack.json')
const statement = z.object({
  Action: z.union([z.string(), z.array(z.string())]),
  Resource: z.unknown(),
  Condition: z.unknown().optional(),
})
const resource = z.object({ Type: z.string(), Properties: z.unknown() })
const role = z.object({ Policies: z.array(z.object({ PolicyDocument: z.object({ Statement: z.array(statement) }) })) })
let optional: Record<string, z.infer<typeof resource>> = {}

beforeAll(() => {
  for (const source of SOURCES.filter((name) => existsSync(path.join(root, name)))) {
    cpSync(path.join(root, source), path.join(folder, source), { recursive: true })
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  appendFileSync(
    path.join(folder, 'bellwether.yml'),
    `
llm:
  provider: bedrock
  model: eu.amazon.nova-lite-v1:0
  regions: [eu-west-1, eu-north-1]
  sendsPosts: true
  caps: { usd: { perDay: 1, perMonth: 20 }, requests: { perDay: 2000, perMonth: 60000 } }
  pricePerMillionTokensUsd: { input: 0.06, output: 0.24 }
`,
  )
  execFileSync(process.execPath, ['bin/package.mjs'], { cwd: folder, stdio: 'ignore' })
  optional = z
    .object({ Resources: z.record(z.string(), resource) })
    .parse(JSON.parse(readFileSync(templateFile, 'utf8'))).Resources
}, 180_000)

afterAll(() => rmSync(folder, { recursive: true }))

const statements = (id = 'PredictorRole') =>
  role.parse(optional[id]?.Properties).Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)

it('adds the language model without an error that CloudFormation would find', () => {
  expect(errorsIn(templateFile)).toEqual([])
})

it('adds the function with its role, rule, queue, schedule, dead letters and alarms, and nothing else', () => {
  const without = new Set(resources.map(({ id }) => id))
  const added = Object.entries(optional).filter(([id]) => !without.has(id) && id !== 'BusPolicy')

  expect(added.filter(([id]) => !/^(Bellwetherdev|)[Pp]redictor/.test(id))).toEqual([])
  expect(new Set(added.map(([, { Type }]) => Type))).toEqual(
    new Set([
      'AWS::CloudWatch::Alarm',
      'AWS::Events::Rule',
      'AWS::IAM::Role',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::Lambda::EventSourceMapping',
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::Logs::LogGroup',
      'AWS::SQS::Queue',
      'AWS::SQS::QueuePolicy',
      'AWS::Scheduler::Schedule',
    ]),
  )
})

const profile = {
  'Fn::Sub':
    'arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:inference-profile/eu.amazon.nova-lite-v1:0',
}
const model = (region: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:bedrock:${region}::foundation-model/amazon.nova-lite-v1:0`,
})

it("lets the doctor check the model's access without invoking it", () => {
  const allowed = statements('DoctorRole').filter(({ Action }) => JSON.stringify(Action).includes('bedrock:'))

  expect(allowed).toEqual([
    { Action: 'bedrock:GetFoundationModelAvailability', Resource: '*' },
    { Action: 'bedrock:GetFoundationModel', Resource: [model('eu-west-1'), model('eu-north-1')] },
    { Action: 'bedrock:GetInferenceProfile', Resource: profile },
  ])
})

it('lets the function invoke its profile, and the model behind it in every region only through the profile', () => {
  expect(statements().filter(({ Action }) => Action === 'bedrock:InvokeModel')).toEqual([
    { Action: 'bedrock:InvokeModel', Resource: profile },
    {
      Action: 'bedrock:InvokeModel',
      Resource: [model('eu-west-1'), model('eu-north-1')],
      Condition: { StringEquals: { 'bedrock:InferenceProfileArn': profile } },
    },
  ])
})

it('denies labels, plans and judgements to the function that chooses what is asked', () => {
  const readable = JSON.stringify(statements().filter(({ Action }) => Action === 's3:GetObject'))

  expect(readable).toContain('/cascades/*')
  expect(readable).not.toMatch(/\/label|\/datasets|\/models|\/predictions|\/facts|\/reports/)
  const rows = statements().filter(({ Action }) => JSON.stringify(Action).includes('dynamodb:'))
  const partitions = rows.map(({ Condition }) => JSON.stringify(Condition).match(/LeadingKeys":\["([^"]*)"/)?.[1])
  expect(new Set(partitions)).toEqual(new Set(['asked#*', 'budget#llm.caps.*', 'lease#predictor#*', 'ledger#llm*']))
})

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { modelPromoted } from '../../events'
import { createCloud } from '../../local/cloud'
import { ownersBucket } from '../../local/stores'
import { z } from 'zod'
import { readConfig } from '../../shared/config'
import { resources, root, errorsIn } from './packaged'

const SOURCES =
  'bin bellwether.yml events package.json package-lock.json packages pages serverless.yml services shared stack tsconfig.json'.split(
    ' ',
  )
const folder = mkdtempSync(path.join(tmpdir(), 'bellwether-option-'))
const packageDir = path.join(folder, '.build/package')
const templateFile = path.join(packageDir, 'cloudformation-template-update-stack.json')

interface Resource {
  Type: string
  Properties: { [name: string]: unknown }
}
let optional: Record<string, Resource> = {}

beforeAll(() => {
  for (const source of SOURCES.filter((name) => existsSync(path.join(root, name)))) {
    cpSync(path.join(root, source), path.join(folder, source), { recursive: true })
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  appendFileSync(
    path.join(folder, 'bellwether.yml'),
    "\ndeploy: { subscriber: true, trustedAccounts: ['444455556666'] }\n",
  )
  execFileSync(process.execPath, ['bin/package.mjs'], { cwd: folder, stdio: 'ignore' })
  optional = (JSON.parse(readFileSync(templateFile, 'utf8')) as { Resources: Record<string, Resource> }).Resources
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true }))

it('adds the subscriber without an error that CloudFormation would find', () => {
  expect(errorsIn(templateFile)).toEqual([])
})

it('adds the subscriber with its role, rule, dead letters and alarms, and nothing else', () => {
  const without = new Set(resources.map(({ id }) => id))
  const added = Object.entries(optional).filter(([id]) => !without.has(id) && id !== 'BusPolicy')

  expect(added.filter(([id]) => !/^(Bellwetherdev|)[Ss]ubscriber/.test(id))).toEqual([])
  expect(added.map(([, { Type }]) => Type).sort()).toEqual([
    'AWS::CloudWatch::Alarm',
    'AWS::CloudWatch::Alarm',
    'AWS::Events::Rule',
    'AWS::IAM::Role',
    'AWS::Lambda::EventInvokeConfig',
    'AWS::Lambda::Function',
    'AWS::Lambda::Permission',
    'AWS::Logs::LogGroup',
    'AWS::SQS::Queue',
    'AWS::SQS::QueuePolicy',
  ])
  expect([...without].filter((id) => !(id in optional))).toEqual([])
})

it("lets the named accounts fetch models and nothing else of the bucket, by the bucket's only policy", () => {
  const policies = Object.values(optional).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::S3::BucketPolicy' && JSON.stringify(Properties.Bucket) === '{"Ref":"Bucket"}',
  )
  const said = JSON.stringify(policies[0]?.Properties.PolicyDocument)
  const statements = z
    .object({
      Statement: z.array(z.object({ Sid: z.string(), Effect: z.string(), Action: z.unknown(), Resource: z.unknown() })),
    })
    .parse(policies[0]?.Properties.PolicyDocument).Statement

  expect(policies).toHaveLength(1)
  expect(said).toContain('444455556666:root')
  expect(statements.filter(({ Effect }) => Effect === 'Allow')).toEqual([
    {
      Sid: 'Subscribers',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: { 'Fn::Sub': '${Bucket.Arn}/models/*/output/model.tar.gz' },
    },
  ])
  expect(statements).toContainEqual(expect.objectContaining({ Sid: 'TlsOnly', Effect: 'Deny' }))
})

it('adds a subscriber that the doctor counts', () => {
  const { Environment } = z
    .object({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) })
    .parse(optional.DoctorLambdaFunction?.Properties)
  const { outline } = readConfig(['outline'], { OUTLINE: String(Environment.Variables.OUTLINE) })
  const alarms = Object.values(optional).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')

  expect(outline.functions).toContain('subscriber')
  expect(outline.alarms).toBe(alarms.length)
})

it('lets another account make its own rules on the bus, and do nothing else there', () => {
  expect(resources.filter(({ type }) => type === 'AWS::Events::EventBusPolicy')).toEqual([])
  const { EventBusName, Statement } = optional.BusPolicy!.Properties
  const { Action, ...statement } = Statement as { Action: string[] }

  expect(EventBusName).toEqual({ Ref: 'Bus' })
  expect(statement).toEqual({
    Sid: 'subscribers',
    Effect: 'Allow',
    Principal: { AWS: [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::444455556666:root' }] },
    Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/${Bus}/*' },
    Condition: {
      StringEqualsIfExists: { 'events:creatorAccount': { 'Fn::Join': ['', ['$', '{aws:PrincipalAccount}']] } },
    },
  })
  expect(Action).toEqual(expect.arrayContaining(['events:PutRule', 'events:PutTargets', 'events:DeleteRule']))
  expect(Action.filter((name) => !/^events:\w+(Rule|Targets|ByRule|Resource)$/.test(name))).toEqual([])
})

it('fetches and verifies a promoted model with the permissions it has', async () => {
  const said: string[] = []
  const cloud = await createCloud({
    packageDir,
    stackName: 'bellwether-dev',
    dataDir: path.join(folder, 'data'),
    onLog: (name, text) => void (name.endsWith('-subscriber') && said.push(text)),
  })
  try {
    const archive = Buffer.from('an archive')
    const objects = ownersBucket(cloud)
    const key = 'models/bellwether-dev-0123456789abcdef-1/output/model.tar.gz'
    await objects.put(key, archive)
    const { versionId } = (await objects.read(key))!
    const sha256 = createHash('sha256').update(archive).digest('hex')
    const client = new EventBridgeClient({
      endpoint: cloud.endpoint,
      region: cloud.region,
      credentials: { accessKeyId: 'owner', secretAccessKey: 'owner' },
    })
    const detail = { ...modelPromoted.example, artefact: `s3://${objects.bucket}/${key}`, versionId, sha256 }
    const bus = cloud.stack.resources.find(({ logicalId }) => logicalId === 'Bus')?.ref
    const entry = { Source: 'bellwether.evaluator', DetailType: 'ModelPromoted', Detail: JSON.stringify(detail) }
    await client.send(new PutEventsCommand({ Entries: [{ ...entry, EventBusName: bus }] }))
    await cloud.idle()

    expect(said.join('')).toContain(`would install ${detail.job}`)
    expect(said.join('')).toContain(sha256)
  } finally {
    await cloud.close()
  }
})

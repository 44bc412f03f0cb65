import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createCloud, type Cloud } from '../../local/cloud'

const role = (statements: object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: statements } }],
  },
})
const lambdaFunction = (source: string, more: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { ZipFile: source },
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Timeout: 5,
    ...more,
  },
})

let dataDir: string
let cloud: Cloud | undefined
const start = async (resources: Record<string, object>) => {
  cloud = await createCloud({ dataDir, template: { Resources: { Role: role([]), ...resources } } })
  return cloud
}

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'cloud-'))
})
afterEach(async () => {
  await cloud?.close()
  rmSync(dataDir, { recursive: true })
})

it('runs a function with its environment and nothing of this process', async () => {
  process.env.SECRET_OF_THE_PARENT = 'x'
  const { invoke } = await start({
    Hello: lambdaFunction('exports.handler = async (event) => ({ event, env: process.env })', {
      FunctionName: 'hello',
      Environment: { Variables: { COLOUR: 'blue' } },
    }),
  })

  const { payload } = await invoke('hello', { a: 1 })
  expect(JSON.parse(payload)).toMatchObject({ event: { a: 1 }, env: { COLOUR: 'blue', _HANDLER: 'index.handler' } })
  expect(payload).not.toContain('SECRET_OF_THE_PARENT')
})

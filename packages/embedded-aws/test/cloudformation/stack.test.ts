import { expect, it } from '@jest/globals'
import { createResources } from '../../src/cloudformation/create'
import { resolveStack } from '../../src/cloudformation/stack'
import { parseTemplate } from '../../src/cloudformation/template'

const place = {
  account: '000000000000',
  region: 'eu-west-1',
  stackName: 'bellwether-dev',
  endpoint: () => 'http://127.0.0.1:1',
}
const resolve = (Resources: object, more: object = {}) => resolveStack(parseTemplate({ Resources, ...more }), place)

it('generates stable names for unnamed resources', () => {
  const names = (stack = resolve({ Data: { Type: 'AWS::S3::Bucket' }, Work: { Type: 'AWS::SQS::Queue' } })) =>
    stack.resources.map(({ name }) => name)
  expect(names()).toEqual(names())
  expect(names()).toEqual([
    expect.stringMatching(/^bellwether-dev-Work-[0-9a-f]{12}$/),
    expect.stringMatching(/^bellwether-dev-data-[0-9a-f]{12}$/),
  ])
})

it.each([
  ['AWS::S3::Bucket', { BucketName: 'data' }, 'data', { Arn: 'arn:aws:s3:::data' }],
  [
    'AWS::SQS::Queue',
    { QueueName: 'q' },
    'http://127.0.0.1:1/000000000000/q',
    { Arn: 'arn:aws:sqs:eu-west-1:000000000000:q' },
  ],
  ['AWS::DynamoDB::Table', { TableName: 't' }, 't', { Arn: 'arn:aws:dynamodb:eu-west-1:000000000000:table/t' }],
  ['AWS::Lambda::Function', { FunctionName: 'f' }, 'f', { Arn: 'arn:aws:lambda:eu-west-1:000000000000:function:f' }],
  ['AWS::IAM::Role', { RoleName: 'r' }, 'r', { Arn: 'arn:aws:iam::000000000000:role/r' }],
  ['AWS::Events::EventBus', { Name: 'b' }, 'b', { Arn: 'arn:aws:events:eu-west-1:000000000000:event-bus/b' }],
  [
    'AWS::Events::Rule',
    { Name: 'x', EventBusName: 'b' },
    'b|x',
    { Arn: 'arn:aws:events:eu-west-1:000000000000:rule/b/x' },
  ],
  ['AWS::Events::Rule', { Name: 'x' }, 'x', { Arn: 'arn:aws:events:eu-west-1:000000000000:rule/x' }],
  [
    'AWS::Scheduler::Schedule',
    { Name: 's' },
    's',
    { Arn: 'arn:aws:scheduler:eu-west-1:000000000000:schedule/default/s' },
  ],
  ['AWS::Logs::LogGroup', { LogGroupName: '/l' }, '/l', { Arn: 'arn:aws:logs:eu-west-1:000000000000:log-group:/l:*' }],
])('knows Ref and the ARN of %s %j', (Type, Properties, ref, { Arn }) => {
  const { outputs } = resolve(
    { It: { Type, Properties } },
    { Outputs: { Ref: { Value: { Ref: 'It' } }, Arn: { Value: { 'Fn::GetAtt': ['It', 'Arn'] } } } },
  )
  expect(outputs).toEqual({ Ref: ref, Arn })
})

it('leaves out resources whose condition is false', () => {
  const stack = resolve(
    { A: { Type: 'AWS::SQS::Queue', Condition: 'Never' }, B: { Type: 'AWS::SQS::Queue' } },
    { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } },
  )
  expect(stack.resources.map(({ logicalId }) => logicalId)).toEqual(['B'])
})

it('lets two resources refer to each other', () => {
  const stack = resolve({
    Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r', Note: { 'Fn::GetAtt': ['Fn', 'Arn'] } } },
    Fn: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'f', Role: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
  })
  expect(stack.resources.map(({ properties }) => properties)).toMatchObject([
    { Note: 'arn:aws:lambda:eu-west-1:000000000000:function:f' },
    { Role: 'arn:aws:iam::000000000000:role/r' },
  ])
})

it.each([
  ['resource type', { Type: 'AWS::RDS::DBInstance' }, 'AWS::RDS::DBInstance'],
  ['attribute', { Type: 'AWS::SQS::QueuePolicy', Properties: { A: { 'Fn::GetAtt': ['It', 'Nope'] } } }, 'Nope'],
])('refuses an unknown %s by name', (_, It, name) => {
  expect(() => resolve({ It })).toThrow(name)
})

it('names each resource of an unknown type, and what to do', () => {
  const resources = { Work: { Type: 'AWS::SQS::Queue' }, Db: { Type: 'AWS::RDS::DBInstance' } }
  expect(() => resolve(resources)).toThrow('no AWS::RDS::DBInstance (Db): leave it out of the template')
})

it('says in words which field of a template is malformed', () => {
  expect(() => parseTemplate({ Resources: { Work: { Properties: {} } } })).toThrow(
    /template is malformed; give one that `sls package` wrote:\n.*\n.*Resources\.Work\.Type/,
  )
})

it('has an owner for each resource type that creates something', async () => {
  await expect(createResources([], {})).rejects.toThrow(/AWS::IAM::Role.*AWS::ApiGatewayV2::Stage/)
})

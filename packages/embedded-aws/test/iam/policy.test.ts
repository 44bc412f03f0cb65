import { describe, expect, it } from '@jest/globals'
import { evaluate, type Statement } from '../../src/iam/policy'

const context = new Map([
  ['s3:prefix', ['raw/hashtag=aws/']],
  ['aws:sourcearn', ['arn:aws:events:eu-west-1:000000000000:rule/bellwether-dev/settle']],
  ['sagemaker:instancetypes', ['ml.c5.xlarge', 'ml.c5.2xlarge']],
  ['aws:securetransport', ['true']],
  ['max', ['3600']],
  ['aws:principalaccount', ['000000000000']],
])
const access = { action: 's3:PutObject', resource: 'arn:aws:s3:::data/raw/hashtag=aws/run.json' }
const verdict = (statement: Partial<Statement>, more: Statement[] = []) =>
  evaluate([{ Effect: 'Allow', Action: '*', Resource: '*', ...statement }, ...more], access, context)

describe('actions and resources', () => {
  it.each<[string, Partial<Statement>, string]>([
    ['the same action', { Action: 's3:PutObject' }, 'allowed'],
    ['the action in another case', { Action: 'S3:putobject' }, 'allowed'],
    ['an action by wildcard', { Action: ['sqs:*', 's3:Put*'] }, 'allowed'],
    ['another action', { Action: 's3:GetObject' }, 'not allowed'],
    ['NotAction with another action', { Action: undefined, NotAction: 's3:Get*' }, 'allowed'],
    ['NotAction with this action', { Action: undefined, NotAction: 's3:Put*' }, 'not allowed'],
    ['a prefix', { Resource: 'arn:aws:s3:::data/raw/*' }, 'allowed'],
    ['another prefix', { Resource: 'arn:aws:s3:::data/labeled/*' }, 'not allowed'],
    ['one character', { Resource: 'arn:aws:s3:::dat?/raw/*' }, 'allowed'],
    [
      'a resource whose dot must not match any character',
      { Resource: 'arn:aws:s3:::data/raw/hashtag.aws/*' },
      'not allowed',
    ],
    ['NotResource with another resource', { Resource: undefined, NotResource: 'arn:aws:s3:::data/x/*' }, 'allowed'],
    ['NotResource with this resource', { Resource: undefined, NotResource: 'arn:aws:s3:::data/*' }, 'not allowed'],
    ['a resource with a policy variable', { Resource: 'arn:aws:s3:::data/${s3:prefix}run.json' }, 'allowed'],
  ])('evaluates %s', (_, statement, expected) => {
    expect(verdict(statement)).toBe(expected)
  })

  it('lets a Deny override every Allow', () => {
    expect(verdict({}, [{ Effect: 'Deny', Action: 's3:Put*', Resource: '*' }])).toBe('explicitly denied')
  })

  it('denies by default', () => {
    expect(evaluate([], access, context)).toBe('not allowed')
  })
})

describe('conditions', () => {
  it.each<[string, Statement['Condition'], string]>([
    ['StringEquals', { StringEquals: { 's3:prefix': ['x', 'raw/hashtag=aws/'] } }, 'allowed'],
    ['StringEquals on another value', { StringEquals: { 's3:prefix': 'x' } }, 'not allowed'],
    ['a key in another case', { StringLike: { 'S3:Prefix': 'raw/*' } }, 'allowed'],
    ['StringLike on another value', { StringLike: { 's3:prefix': ['labeled/*'] } }, 'not allowed'],
    ['StringNotLike', { StringNotLike: { 's3:prefix': ['labeled/*', 'x*'] } }, 'allowed'],
    [
      'StringNotEquals when one value is equal',
      { StringNotEquals: { 's3:prefix': ['x', 'raw/hashtag=aws/'] } },
      'not allowed',
    ],
    ['StringNotEquals on a missing key', { StringNotEquals: { 'aws:username': 'x' } }, 'allowed'],
    ['StringEquals on a missing key', { StringEquals: { 'aws:username': 'x' } }, 'not allowed'],
    ['StringEqualsIfExists on a missing key', { StringEqualsIfExists: { 'aws:username': 'x' } }, 'allowed'],
    ['ArnLike', { ArnLike: { 'aws:SourceArn': 'arn:aws:events:*:*:rule/*settle' } }, 'allowed'],
    [
      'ArnLike whose wildcard would cross a colon',
      { ArnLike: { 'aws:SourceArn': 'arn:aws:events:*:rule/*' } },
      'not allowed',
    ],
    [
      'ArnEquals',
      { ArnEquals: { 'aws:SourceArn': 'arn:aws:events:eu-west-1:000000000000:rule/other' } },
      'not allowed',
    ],
    ['ForAllValues', { 'ForAllValues:StringLike': { 'sagemaker:InstanceTypes': 'ml.c5.*' } }, 'allowed'],
    [
      'ForAllValues with a different value',
      { 'ForAllValues:StringEquals': { 'sagemaker:InstanceTypes': ['ml.c5.xlarge'] } },
      'not allowed',
    ],
    ['ForAllValues on a missing key', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['x'] } }, 'allowed'],
    ['ForAnyValue', { 'ForAnyValue:StringEquals': { 'sagemaker:InstanceTypes': ['ml.c5.xlarge'] } }, 'allowed'],
    ['ForAnyValue on a missing key', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['x'] } }, 'not allowed'],
    ['Bool', { Bool: { 'aws:SecureTransport': 'false' } }, 'not allowed'],
    ['Bool written without quotes', { Bool: { 'aws:SecureTransport': true } }, 'allowed'],
    ['NumericLessThanEquals', { NumericLessThanEquals: { max: '3600' } }, 'allowed'],
    ['NumericLessThan', { NumericLessThan: { max: 3600 } }, 'not allowed'],
    ['Null on an existing key', { Null: { max: 'true' } }, 'not allowed'],
    ['Null on a missing key', { Null: { 'aws:TagKeys': 'true' } }, 'allowed'],
    ['several at once', { Bool: { 'aws:SecureTransport': 'true' }, StringEquals: { 's3:prefix': 'x' } }, 'not allowed'],
    ['a policy variable', { StringEquals: { 'aws:PrincipalAccount': '${aws:PrincipalAccount}' } }, 'allowed'],
  ])('evaluates %s', (_, Condition, expected) => {
    expect(verdict({ Condition })).toBe(expected)
  })

  it('refuses an unknown operator by name', () => {
    expect(() => verdict({ Condition: { DateGreaterThan: { 'aws:CurrentTime': 'x' } } })).toThrow('DateGreaterThan')
  })

  it('refuses an unknown policy variable by name', () => {
    expect(() => verdict({ Resource: '${aws:username}' })).toThrow('${aws:username}')
  })
})

import { describe, expect, it } from '@jest/globals'
import { createResolver } from '../../src/cloudformation/resolve'
import { parseTemplate } from '../../src/cloudformation/template'

const template = parseTemplate({
  Parameters: { Stage: { Type: 'String', Default: 'dev' }, Token: { Type: 'String' } },
  Mappings: { Images: { 'eu-west-1': { blazingtext: '685385470294' } } },
  Conditions: {
    IsDev: { 'Fn::Equals': [{ Ref: 'Stage' }, 'dev'] },
    IsProd: { 'Fn::Not': [{ Condition: 'IsDev' }] },
    Either: { 'Fn::Or': [{ Condition: 'IsProd' }, { Condition: 'IsDev' }] },
    Both: { 'Fn::And': [{ Condition: 'IsProd' }, { Condition: 'IsDev' }] },
  },
  Resources: { Bucket: { Type: 'AWS::S3::Bucket' } },
})
const { value, holds } = createResolver(
  template,
  { 'AWS::Region': 'eu-west-1', 'AWS::AccountId': '000000000000' },
  { ref: (id) => `ref-${id}`, attribute: (id, name) => `${id}.${name}` },
)

describe('intrinsic functions', () => {
  it.each([
    ['Ref of a resource', { Ref: 'Bucket' }, 'ref-Bucket'],
    ['Ref of a parameter', { Ref: 'Stage' }, 'dev'],
    ['Ref of a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-west-1'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, 'Bucket.Arn'],
    ['GetAtt as a string', { 'Fn::GetAtt': 'Bucket.Arn' }, 'Bucket.Arn'],
    ['Sub', { 'Fn::Sub': '${Bucket.Arn}/${Stage}/${AWS::Region}/${!kept}' }, 'Bucket.Arn/dev/eu-west-1/${kept}'],
    ['Sub with variables', { 'Fn::Sub': ['${name}-${Stage}', { name: { Ref: 'Bucket' } }] }, 'ref-Bucket-dev'],
    ['Join', { 'Fn::Join': ['/', ['a', { Ref: 'Stage' }]] }, 'a/dev'],
    ['Select of a Split', { 'Fn::Select': [1, { 'Fn::Split': [',', 'a,b'] }] }, 'b'],
    ['If', { 'Fn::If': ['IsDev', 'small', 'large'] }, 'small'],
    ['FindInMap', { 'Fn::FindInMap': ['Images', { Ref: 'AWS::Region' }, 'blazingtext'] }, '685385470294'],
    ['NoValue in a list', ['a', { Ref: 'AWS::NoValue' }], ['a']],
    ['NoValue in a property', { a: { 'Fn::If': ['IsProd', 1, { Ref: 'AWS::NoValue' }] }, b: 2 }, { b: 2 }],
    ['an object that only resembles an intrinsic', { Ref: 'Stage', Other: 1 }, { Ref: 'Stage', Other: 1 }],
  ])('resolves %s', (_, raw, expected) => {
    expect(value(raw)).toEqual(expected)
  })

  it.each([
    ['ImportValue', { 'Fn::ImportValue': 'x' }, 'Fn::ImportValue'],
    ['a transform', { 'Fn::Transform': {} }, 'Fn::Transform'],
    ['a missing resource', { Ref: 'Nothing' }, 'Nothing'],
    ['an attribute of a missing resource', { 'Fn::GetAtt': ['Nothing', 'Arn'] }, 'Nothing'],
    ['an unknown pseudo parameter', { Ref: 'AWS::NotificationARNs' }, 'AWS::NotificationARNs'],
    ['a parameter without a default', { Ref: 'Token' }, 'Token'],
    ['a dynamic reference', '{{resolve:ssm:x}}', 'resolve:ssm'],
    ['a missing condition', { 'Fn::If': ['Nope', 1, 2] }, 'Nope'],
  ])('refuses %s by name', (_, raw, name) => {
    expect(() => value(raw)).toThrow(name)
  })
})

it.each([
  ['IsDev', true],
  ['IsProd', false],
  ['Either', true],
  ['Both', false],
  [undefined, true],
])('evaluates the condition %s as %s', (name, expected) => {
  expect(holds(name)).toBe(expected)
})

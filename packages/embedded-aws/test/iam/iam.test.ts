import { expect, it } from '@jest/globals'
import { createIam } from '../../src/iam/iam'

const iam = createIam('000000000000', 'eu-west-1')
const trust = (service: string, condition = {}) => ({
  Statement: [
    { Effect: 'Allow' as const, Principal: { Service: service }, Action: 'sts:AssumeRole', Condition: condition },
  ],
})
iam.addRole({
  logicalId: 'TrainerRole',
  name: 'trainer',
  arn: 'arn:aws:iam::000000000000:role/trainer',
  trust: trust('lambda.amazonaws.com'),
  policies: [
    { Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::data/datasets/*' } },
    {
      Statement: {
        Effect: 'Allow',
        Action: 'iam:PassRole',
        Resource: 'arn:aws:iam::000000000000:role/*',
        Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
      },
    },
  ],
})
iam.addRole({
  logicalId: 'JobRole',
  name: 'job',
  arn: 'arn:aws:iam::000000000000:role/job',
  trust: trust('sagemaker.amazonaws.com', { StringEquals: { 'aws:SourceAccount': '000000000000' } }),
  policies: [],
})
const trainer = iam.principalOf(iam.role('TrainerRole')!, 'bellwether-dev-trainer')

it('denies with the message of AWS', () => {
  const denied = iam.denialOf(trainer, [
    { action: 's3:GetObject', resource: 'arn:aws:s3:::data/datasets/1/dataset.json' },
    { action: 's3:PutObject', resource: 'arn:aws:s3:::data/datasets/1/dataset.json' },
  ])
  expect(denied?.message).toBe(
    'User: arn:aws:sts::000000000000:assumed-role/trainer/bellwether-dev-trainer is not authorized to perform: s3:PutObject ' +
      'on resource: arn:aws:s3:::data/datasets/1/dataset.json because no identity-based policy allows the s3:PutObject action',
  )
})

it('allows the owner everything', () => {
  expect(iam.denialOf({ arn: 'root' }, [{ action: 's3:PutObject', resource: 'x' }])).toBeUndefined()
})

it.each([
  ['a role that trusts the service', 'arn:aws:iam::000000000000:role/job', 'sagemaker.amazonaws.com', true],
  ['a role that trusts another service', 'arn:aws:iam::000000000000:role/trainer', 'sagemaker.amazonaws.com', false],
  ['a missing role', 'arn:aws:iam::000000000000:role/none', 'sagemaker.amazonaws.com', false],
  ['a service that the policy does not name', 'arn:aws:iam::000000000000:role/job', 'ec2.amazonaws.com', false],
])('decides whether %s may be passed', (_, role, service, expected) => {
  expect(iam.mayPassRole(trainer, role, service) === undefined).toBe(expected)
})

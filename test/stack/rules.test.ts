import { describe, expect, it } from '@jest/globals'
import { consumed, published, eventSources } from '../../events'
import { keys } from '../../shared/keys'
import { rules } from './packaged'

const byFunction = (name: string) => rules.filter((rule) => rule.function === name)

describe.each(rules.map((rule) => [rule.name, rule] as const))('the rule %s', (_, { bus, pattern, target }) => {
  it('matches events of the catalogue from their publisher, on their bus', () => {
    const known =
      bus === 'default'
        ? consumed.map(({ name, source }) => ({ name, source }))
        : published.flatMap((event) => eventSources(event).map((source) => ({ name: event.name, source })))

    expect(bus).toBe(pattern.source[0]?.startsWith('aws.') ? 'default' : 'Bus')
    expect(known).toContainEqual({ name: pattern['detail-type'][0], source: pattern.source[0] })
    expect([pattern.source.length, pattern['detail-type'].length]).toEqual([1, 1])
  })

  it('matches nothing of other buckets, stages or services', () => {
    const ours = {
      'aws.s3': pattern.detail?.bucket?.name?.join() === 'Bucket',
      'aws.sagemaker': JSON.stringify([pattern.resources, pattern.detail]).includes('bellwether-dev-'),
    }

    expect(Object.entries(ours).find(([source]) => source === pattern.source[0])?.[1] ?? bus === 'Bus').toBe(true)
  })

  it('retries for a day, then sends the event to the dead letters of its function', () => {
    expect(target.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 })
    expect(target.DeadLetterConfig.Arn).toBe(target.Arn.replace('LambdaFunction', 'DeadLetters'))
  })
})

it.each([
  ['labeling', [keys.run, keys.jobManifest]],
  ['formatter', [keys.settledManifest]],
  ['trainer', [keys.dataset]],
  ['evaluator', [keys.training]],
  ['analyzer', [keys.run, keys.settledManifest, keys.asked]],
])('%s is invoked for objects under the keys it works on, as shared/keys.ts spells them', (name, expected) => {
  const wildcards = byFunction(name).flatMap(({ pattern }) => pattern.detail?.object?.key ?? [])

  expect(wildcards.map(({ wildcard }) => wildcard).sort()).toEqual(expected.map(({ wildcard }) => wildcard).sort())
})

it.each([
  ['labeling', ['BatchAnswered', 'Object Created', 'SageMaker Ground Truth Labeling Job State Change']],
  ['formatter', ['Object Created']],
  ['trainer', ['Object Created', 'SageMaker Training Job State Change']],
  ['evaluator', ['Object Created']],
  ['analyzer', ['Object Created']],
])('%s is invoked for %j', (name, types) => {
  expect([...new Set(byFunction(name).flatMap(({ pattern }) => pattern['detail-type']))].sort()).toEqual(types)
})

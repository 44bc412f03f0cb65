import { afterEach, describe, expect, it } from '@jest/globals'
import { keys } from '../../../shared/keys'
import {
  beginCorrelation,
  correlate,
  correlated,
  correlation,
  correlationOfBatch,
  correlationOfKey,
  correlationOfRequest,
} from '../../../shared/watch/correlation'

afterEach(() => beginCorrelation(undefined, () => undefined))

describe('the correlation id', () => {
  it.each([
    [keys.run({ hashtag: 'aws', date: '2026-11-21', run: 'r' }), '2026-11-21'],
    [keys.settledManifest({ batch: '2026-11-21' }), '2026-11-21'],
    [keys.settledManifest({ batch: '2026-11-21-2' }), '2026-11-21'],
    [keys.settledManifest({ batch: 'import-1' }), 'import-1'],
    [keys.jobManifest({ batch: '2026-11-21', job: 'j' }), '2026-11-21'],
    [keys.dataset({ dataset: '3f9c2a7d0b1e4c55' }), undefined],
    ['', undefined],
  ])('is, for the key %s, %s', (key, id) => {
    expect(correlationOfKey(key)).toBe(id)
  })

  it.each([
    [{ hashtag: 'aws', date: '2026-11-21' }, '2026-11-21'],
    [{ hashtag: 'aws', days: ['2026-11-20', '2026-11-21'] }, '2026-11-21'],
    [{ settle: '2026-11-21-2', now: true }, '2026-11-21'],
    [{ settle: 'answered' }, undefined],
    [{ settled: '2026-11-21' }, '2026-11-21'],
    [{ labels: '2026-11-21' }, '2026-11-21'],
    [{ batch: '2026-11-21' }, '2026-11-21'],
    [{ run: 'raw/hashtag=aws/date=2026-11-21/run=r/run.json' }, '2026-11-21'],
    [{ text: 'a post' }, undefined],
    [{ datasetId: 'latest' }, undefined],
    ['a text', undefined],
    [{ date: 'never' }, undefined],
  ])('is, for the request %j, %s', (request, id) => {
    expect(correlationOfRequest(request)).toBe(id)
  })

  it('is the same for a run, its batch, another batch of the day, and its report', () => {
    const ids = [
      correlationOfKey('raw/hashtag=aws/date=2026-11-21/run=r/run.json'),
      correlationOfBatch('2026-11-21'),
      correlationOfBatch('2026-11-21-3'),
      correlationOfRequest({ hashtag: 'aws', date: '2026-11-21' }),
    ]

    expect(new Set(ids)).toEqual(new Set(['2026-11-21']))
  })

  it.each([
    ['its newest batch, by day', ['2026-11-20', '2026-11-21-2', '2026-11-21'], '2026-11-21'],
    ['its newest daily batch, whatever was imported or corrected', ['2026-11-21', 'import-1'], '2026-11-21'],
    ['its import, when it has no daily batch', ['smoke'], 'smoke'],
  ])('is, for a dataset, its job and its model, that of %s', (_, batches, id) => {
    correlated({ manifests: batches.map((batch) => keys.settledManifest({ batch })) })

    expect(correlation()).toBe(id)
  })

  it('is added to the log of the current work once it is known', () => {
    const heard: unknown[] = []
    beginCorrelation(undefined, (id) => heard.push(id))
    correlate('2026-11-21')

    expect([heard, correlation()]).toEqual([[undefined, '2026-11-21'], '2026-11-21'])
  })
})

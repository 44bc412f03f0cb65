import { beforeEach, describe, expect, it } from '@jest/globals'
import { evaluate, type EvaluatePorts } from '../../../services/evaluator/evaluate'
import type { Second } from '../../../services/evaluator/measuring/second-predictor'
import { s3Artefacts } from '../../../shared/artefact'
import { keys } from '../../../shared/keys'
import { cardRecord } from '../../../shared/records'
import { type Predictor, predictorParts } from '../../../shared/second-opinions'
import { settings } from '../../../shared/settings'
import { judgementErrors } from '../../../shared/statistics/judgement-errors'
import { aSettings } from '../../given'
import { testBucket, type TestBucket } from '../../shared/bucket'
import { recorder } from '../../shared/recorder'
import { items, putTrained, spoiled } from './contest'
import { memoryRegistry } from './memory-registry'

const NOW = new Date('2026-11-22T02:00:00Z')
const predictor: Predictor = { provider: 'bedrock', model: 'eu.amazon.nova-lite-v1:0', prompt: '0123456789abcdef' }
const second: Second = { predictor, settings: aSettings() }
const parts = predictorParts(predictor)
const day = { stream: 'file', hashtag: 'aws', date: '2026-11-21' }
const window = items(['marketing', 80], ['technical', 120])

let bucket: TestBucket

beforeEach(() => {
  bucket = testBucket()
})

const portsWith = (more: Partial<EvaluatePorts>): EvaluatePorts => ({
  objects: bucket,
  load: s3Artefacts(bucket),
  publish: recorder('evaluator').publish,
  gate: settings.shape.gate.parse(undefined),
  registry: memoryRegistry(),
  region: 'eu-west-1',
  log: { warn: () => undefined },
  ...more,
})

/** Stores predictions for the items of the window: a label, or none. */
async function putAnswers(said: (label: string, n: number) => string | undefined, excluded: string[] = []) {
  const lines = window.map(({ item, label }, n) => {
    const answer = said(label, n)
    return JSON.stringify({
      message: item,
      ...(answer === undefined ? { abstained: 'refusal' } : { label: answer }),
      inputTokens: 300,
      outputTokens: 9,
      requestId: 'r',
      stopReason: 'tool_use',
      at: '2026-11-22T01:00:00.000Z',
    })
  })
  await bucket.put(keys.answers({ ...parts, ...day, part: 'a' }), `${lines.join('\n')}\n`)
  await bucket.put(
    keys.asked({ ...parts, ...day }),
    JSON.stringify({
      ...day,
      predictor,
      runs: [],
      messages: 400,
      asked: 400,
      answered: 390,
      abstained: { refusal: 10 },
      excluded,
      inputTokens: 120_000,
      outputTokens: 3600,
      costUsd: 0.02,
      stopped: null,
    }),
  )
}

async function cardWith(ports: Partial<EvaluatePorts> = { second }) {
  // A model that mistakes a third of the technical posts.
  await putTrained(bucket, { job: 'one', evaluation: window, learnt: spoiled(4) })
  await evaluate(portsWith(ports))('one', NOW)
  return bucket.readJson(keys.card({ job: 'one' }), cardRecord)
}

describe('the language model on a card', () => {
  it('is null when none is configured', async () => {
    expect((await cardWith({})).secondPredictor).toBeNull()
  })

  it('has its agreement with annotators, its cost and its confusions', async () => {
    // 12 of 120 technical posts are called marketing, and 8 of 80 the other way round; four are refused.
    await putAnswers((label, n) => {
      if (n < 4) return undefined
      const isWrong = n % 10 === 9
      return isWrong ? (label === 'technical' ? 'marketing' : 'technical') : label
    })

    const { secondPredictor } = await cardWith()

    expect(secondPredictor).toMatchObject({
      ...predictor,
      items: 200,
      answered: 196,
      agreement: { items: 196, share: 176 / 196 },
      confused: [
        { label: 'technical', said: 'marketing', items: 12, of: 120 },
        { label: 'marketing', said: 'technical', items: 8, of: 76 },
      ],
      cost: { messages: 400, usd: 0.02, millionUsd: 50 },
    })
    expect(secondPredictor?.widthRatio).toBeGreaterThan(0.4)
    expect(secondPredictor?.widthRatio).toBeLessThan(0.8)
  })

  it("appears next to the annotators' agreement with each other", async () => {
    await putAnswers((label) => label)
    const counts = { pairs: [[50, 4], [2, 44]], gold: [[0, 0], [0, 0]], thirds: [], repeats: { items: 0, differing: 0 } } // prettier-ignore
    await bucket.put(
      keys.quality({ batch: '2026-11-21' }),
      JSON.stringify({
        schemaVersion: 1,
        batches: ['2026-11-21'],
        costUsd: 0,
        errors: { ...judgementErrors(counts), counts, categories: ['technical', 'marketing'] },
      }),
    )

    expect((await cardWith()).secondPredictor?.people).toMatchObject({ items: 100, share: 0.94 })
  })

  it('narrows no interval while fewer than 100 items of the window are answered', async () => {
    await putAnswers((label, n) => (n % 2 === 0 && n < 196 ? label : undefined))

    expect((await cardWith()).secondPredictor).toMatchObject({ answered: 98, widthRatio: null })
  })

  it('narrows no interval when it always gives the same class', async () => {
    await putAnswers(() => 'technical')

    expect((await cardWith()).secondPredictor).toMatchObject({ answered: 200, widthRatio: null })
  })

  it('excludes messages that are examples of its prompt', async () => {
    await putAnswers((label) => label, ['technical0', 'marketing0'])

    expect((await cardWith()).secondPredictor).toMatchObject({ items: 198 })
  })

  it('has no figures while nothing is answered', async () => {
    expect((await cardWith()).secondPredictor).toEqual({
      ...predictor,
      items: 200,
      answered: 0,
      agreement: null,
      people: null,
      confused: [],
      widthRatio: null,
      cost: { messages: 0, usd: 0, millionUsd: null },
    })
  })
})

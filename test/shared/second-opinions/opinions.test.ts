import { expect, it } from '@jest/globals'
import { keys } from '../../../shared/keys'
import { type Predictor, predictorOf, predictorParts, readSecondOpinions } from '../../../shared/second-opinions'
import { testBucket } from '../bucket'

const predictor: Predictor = { provider: 'bedrock', model: 'eu.amazon.nova-lite-v1:0', prompt: '0123456789abcdef' }
const categories = ['technical', 'marketing']
const name = { stream: 'mastodon', hashtag: 'aws' }
const date = '2026-11-21'
const line = (message: string, said: { label: string } | { abstained: string }) =>
  `${JSON.stringify({ message, ...said, inputTokens: 200, outputTokens: 9, requestId: 'r', stopReason: 'tool_use', at: '2026-11-22T01:00:00.000Z' })}\n`

async function answered() {
  const objects = testBucket()
  const parts = predictorParts(predictor)
  const part = (of: string) => keys.answers({ ...parts, ...name, date, part: of })
  await objects.create(part('b'), line('m2', { label: 'marketing' }) + line('m3', { abstained: 'refusal' }))
  await objects.create(part('a'), line('m1', { label: 'technical' }) + line('m4', { label: 'of another prompt' }))
  await objects.create(
    keys.answers({ ...parts, prompt: 'ffff', ...name, date, part: 'a' }),
    line('m9', { label: 'technical' }),
  )
  await objects.put(
    keys.asked({ ...parts, ...name, date }),
    JSON.stringify({
      ...name,
      date,
      predictor,
      runs: [],
      messages: 5,
      asked: 4,
      answered: 3,
      abstained: { refusal: 1 },
      excluded: ['m7'],
      inputTokens: 800,
      outputTokens: 36,
      costUsd: 0.001,
      stopped: null,
    }),
  )
  return objects
}

it('reads the predictions of a day; an unknown label counts as no prediction', async () => {
  const opinions = await readSecondOpinions(await answered(), predictor, categories, [name], date)

  expect([...(opinions?.labels ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual([
    ['m1', 0],
    ['m2', 1],
  ])
  expect(opinions?.excluded).toEqual(new Set(['m7']))
  expect(opinions?.asked?.abstained).toEqual({ refusal: 1 })
})

it('reads no predictions of a day that was not asked about', async () => {
  expect(await readSecondOpinions(await answered(), predictor, categories, [name], '2026-11-20')).toBeUndefined()
})

it('reads no predictions of another model', async () => {
  const other = { ...predictor, model: 'eu.amazon.nova-lite-v1.0' }

  expect(await readSecondOpinions(await answered(), other, categories, [name], date)).toBeUndefined()
})

it('changes the version of the predictions when a part is added', async () => {
  const objects = await answered()
  const before = await readSecondOpinions(objects, predictor, categories, [name], date)
  await objects.create(
    keys.answers({ ...predictorParts(predictor), ...name, date, part: 'c' }),
    line('m5', { label: 'technical' }),
  )
  const after = await readSecondOpinions(objects, predictor, categories, [name], date)

  expect(before?.version).not.toBe(after?.version)
})

it('asks no model without the llm section, or while posts may not be sent', () => {
  const labels = { categories: [] }

  expect(predictorOf({ labels })).toBeUndefined()
})

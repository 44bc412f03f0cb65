import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ENGINES } from '../../../shared/engines'
import type { Engine, Example } from '../../../shared/engines/engine'
import { shownText, TEXT_VERSION } from '../../../shared/text'
import { anyText } from '../text/any-text'

const origin = { textVersion: TEXT_VERSION, where: 'models/job' }
const example = (i: number): Example => ({
  item: `item${i}`,
  text: shownText(i % 2 ? `cold starts of a lambda fell ${i}` : `join our free webinar ${i}`),
  label: i % 2 ? 'technical' : 'not sure/at all',
})
const examples = Array.from({ length: 30 }, (_, i) => example(i))
const trained = (engine: Engine, train = examples) => engine.train({ train, validation: [] }, engine.suggested)
const loaded = async (engine: Engine) => engine.load(await trained(engine), origin)

/** The contract of every engine. */
describe.each(ENGINES.map((engine) => [engine.name, engine] as const))('the engine %s', (_, engine) => {
  it('predicts labels from its training labels, sorted, and recognises the training texts', async () => {
    const model = await loaded(engine)

    const [technical, other] = await model.classify(['cold starts', 'free webinar'].map(shownText))

    expect(model.labels).toEqual(['not sure/at all', 'technical'])
    expect(technical![1]).toBeGreaterThan(0.5)
    expect(other![0]).toBeGreaterThan(0.5)
  })

  it('is deterministic: equal examples give equal files', async () => {
    const [once, again] = [await trained(engine), await trained(engine)]

    expect([...once]).toEqual([...again])
    expect(once.size).toBeGreaterThan(0)
    expect(once.has('model.json')).toBe(false)
  })

  it('gives every text probabilities that sum to one, or none', async () => {
    const model = await loaded(engine)

    await fc.assert(
      fc.asyncProperty(fc.array(anyText), async (texts) => {
        const answers = await model.classify(texts.map(shownText))

        expect(answers).toHaveLength(texts.length)
        for (const answer of answers) {
          if (!answer) continue
          expect(answer).toHaveLength(model.labels.length)
          expect(answer.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 3)
        }
      }),
      { numRuns: 30 },
    )
  })

  it.each(['xyzzy', 'xyzzy qwertz plugh', ''])('has no prediction for "%s", without a known word', async (text) => {
    expect(await (await loaded(engine)).classify([shownText(text)])).toEqual([undefined])
  })

  it.each([
    ['no example', []],
    ['one label', examples.filter(({ label }) => label === 'technical')],
  ])('refuses to train on %s, with a named error', async (_case, train) => {
    await expect(trained(engine, train)).rejects.toMatchObject({ code: 'TRAINING_REFUSED' })
  })

  it('accepts its default hyperparameters, and refuses unknown ones by name', () => {
    expect(engine.hyperparameters.safeParse({}).success).toBe(true)
    expect(engine.hyperparameters.safeParse(engine.suggested).data).toEqual(engine.suggested)
    const { error } = engine.hyperparameters.safeParse({ momentum: 1 })
    expect(JSON.stringify(error?.issues)).toContain('momentum')
  })

  it('refuses files of another engine, naming the file', async () => {
    await expect(engine.load(new Map([['weights.bin', Buffer.from('x')]]), origin)).rejects.toThrow('weights.bin')
    for (const [name] of await trained(engine))
      await expect(engine.load(new Map([[name, Buffer.from('{}')]]), origin)).rejects.toThrow(`models/job#${name}`)
  })

  it('states the cost of a million predictions', () => {
    expect(engine.costOfMillionPosts.how).toMatch(/\w/)
  })
})

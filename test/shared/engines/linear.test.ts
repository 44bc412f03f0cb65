import { describe, expect, it } from '@jest/globals'
import { calibrate } from '../../../services/evaluator/measuring/compare'
import { measureModel } from '../../../services/evaluator/measuring/measure'
import { addPost, countedShares, emptyTally } from '../../../services/analyzer/facts/tally'
import { answersOf, scoresIn } from '../../../shared/answers'
import { withPrior } from '../../../shared/engines/classifier'
import type { Example } from '../../../shared/engines/engine'
import { linear } from '../../../shared/engines/linear'
import { readModel } from '../../../shared/engines/linear/model-file'
import { makeNgrams } from '../../../shared/engines/linear/ngrams'
import { naiveBayes } from '../../../shared/engines/naive-bayes'
import type { EvaluationLine } from '../../../shared/records'
import { shownText, textOfShown, TEXT_VERSION, tokenise } from '../../../shared/text'

const origin = { textVersion: TEXT_VERSION, where: 'models/job' }
const FILE = 'linear.bin'

/** Every sixth post has the rare label; some words occur with both. */
const examples = Array.from({ length: 90 }, (_, i): Example => {
  const isRare = i % 6 === 0
  const own = isRare ? ['webinar', 'discount', 'join'][i % 3]! : ['latency', 'handler', 'deploy'][i % 3]!
  const shared = ['cloud', 'lambda', 'today', 'team'][(i * 7) % 4]!
  const stray = i % 5 === 0 ? (isRare ? 'latency' : 'webinar') : ''
  return {
    item: `item${i}`,
    text: shownText(`${shared} ${own} ${stray} number ${i}`),
    label: isRare ? 'marketing' : 'technical',
  }
})
const filesOf = (changes: Record<string, string> = {}, train = examples) =>
  linear.train({ train, validation: [] }, { ...linear.suggested, ...changes })
const loaded = async (changes: Record<string, string> = {}, train = examples) =>
  linear.load(await filesOf(changes, train), origin)

describe('the n-grams of a message', () => {
  const hashesOf = (text: string) => {
    const { hashes, length } = makeNgrams()(tokenise(shownText(text)))
    return new Set(hashes.slice(0, length))
  }
  const inCommon = (one: string, other: string) => [...hashesOf(one)].filter((hash) => hashesOf(other).has(hash)).length

  it('are words, pairs of words, and three to five characters within a word', () => {
    // Two words, one pair; " ab " has two of three characters and one of four, " cd " too.
    expect(hashesOf('ab cd').size).toBe(3 + 3 + 3)
    // One word; " abcd " has four, three and two.
    expect(hashesOf('abcd').size).toBe(1 + 4 + 3 + 2)
  })

  it('distinguish a pair of words from the reversed pair', () => {
    expect(inCommon('ab cd', 'cd ab')).toBe(8)
  })

  it('let an inflected form share characters with its word', () => {
    expect(inCommon('deploying', 'deployed')).toBeGreaterThan(8)
  })

  it.each([
    ['Chinese', '云服务器故障', '服务器'],
    ['Japanese', '新しい機能を使う', '機能'],
    ['Thai', 'ระบบคลาวด์ล่ม', 'คลาวด์'],
  ])('are one to four adjacent characters in %s, which has no spaces', (_, sentence, part) => {
    const characters = tokenise(shownText(part)).join('').length

    expect(inCommon(sentence, part)).toBe(hashesOf(part).size)
    expect(hashesOf(part).size).toBeGreaterThanOrEqual(characters)
  })

  it('are words again for a word between characters without spaces', () => {
    expect(inCommon('awsの新機能', 'aws')).toBe(hashesOf('aws').size)
  })
})

describe('the engine linear', () => {
  it('chooses its regularisation strength and prior correction, and reports both', async () => {
    const { strength, correction, messages } = readModel((await filesOf()).get(FILE)!, 'here')

    expect([0.3, 1, 3, 10, 30, 100, 300]).toContain(strength)
    expect([0, 0.25, 0.5, 0.75, 1]).toContain(correction)
    expect(messages).toBe(90)
  })

  it('uses a given strength and correction unchanged', async () => {
    const given = readModel((await filesOf({ strength: '7', correction: '0.4' })).get(FILE)!, 'here')

    expect(given).toMatchObject({ strength: 7, correction: 0.4 })
  })

  it('learns Chinese, which has no spaces', async () => {
    const chinese = Array.from({ length: 24 }, (_, i) => ({
      item: `item${i}`,
      text: shownText(i % 2 ? `服务器延迟很高${i}` : `欢迎参加网络研讨会${i}`),
      label: i % 2 ? 'technical' : 'marketing',
    }))
    const model = await loaded({}, chinese)

    const [technical, marketing] = await model.classify(['今天服务器又延迟', '请参加研讨会'].map(shownText))

    expect(technical![1]).toBeGreaterThan(0.6)
    expect(marketing![0]).toBeGreaterThan(0.6)
  })

  it('refuses more examples than a function has time for', () => {
    expect(linear.objection!({ train: 20_000, validation: 0 }, linear.suggested)).toBeUndefined()
    expect(linear.objection!({ train: 20_001, validation: 0 }, linear.suggested)).toContain('20000')
  })

  it.each([
    ['strength', { strength: '0' }],
    ['correction', { correction: '1.5' }],
    ['correction', { correction: 'much' }],
  ])('refuses an invalid %s', (name, given) => {
    expect(linear.hyperparameters.safeParse(given).error?.issues[0]?.path).toEqual([name])
  })

  it('stores at most two megabytes, whatever the number of labels and features', async () => {
    const words = (i: number) => Array.from({ length: 40 }, (_, n) => `w${(i * 7919 + n * 104_729) % 1_000_003}`)
    const many = Array.from({ length: 120 }, (_, i) => ({
      item: `item${i}`,
      text: shownText(words(i).join(' ')),
      label: `label ${i % 30}`,
    }))

    const files = await filesOf({ strength: '10', correction: '0' }, many)

    expect(files.get(FILE)!.length).toBeLessThanOrEqual(2_000_000)
    expect(files.get(FILE)!.length).toBeGreaterThan(1_900_000)
  })
})

describe('the prior correction', () => {
  const asked = ['cloud webinar deploy', 'lambda today discount latency', 'join the team', 'handler', 'number 3'].map(
    shownText,
  )

  it('shifts decisions to the rare label, but no probability', async () => {
    const [plain, corrected] = [
      await loaded({ strength: '1', correction: '0' }),
      await loaded({ strength: '1', correction: '1' }),
    ]
    const answersBy = (model: typeof plain) =>
      answersOf({ classifier: withPrior(model, {}, TEXT_VERSION), temperature: 1.5 }, asked.map(textOfShown))
    const [before, after] = [await answersBy(plain), await answersBy(corrected)]

    expect(after.map(({ probabilities }) => probabilities)).toEqual(before.map(({ probabilities }) => probabilities))
    const rare = (answers: typeof before) => answers.filter(({ label }) => label === 'marketing').length
    expect(rare(after)).toBeGreaterThan(rare(before))
    for (const { label, probability, probabilities } of after) expect(probability).toBe(probabilities[label])
  })

  it('does not affect shares: kept scores, counts, temperature and calibration are the same without it', async () => {
    const labels = ['marketing', 'technical']
    const items = examples.map(({ item, text, label }): EvaluationLine => ({
      item,
      post: item,
      size: 1,
      inclusionProbability: 0.5,
      text: tokenise(text).join(' '),
      shown: text,
      label,
      date: '2026-11-01',
      labelled: '2026-11-02',
      hashtags: ['aws'],
    }))
    const all = await Promise.all(
      ['0', '1'].map(async (correction) => {
        const classifier = withPrior(await loaded({ strength: '0.3', correction }), {}, TEXT_VERSION)
        const answers = await answersOf(
          { classifier, temperature: 1.5 },
          items.map(({ shown }) => textOfShown(shownText(shown!))),
        )
        const tally = emptyTally(labels.length)
        for (const [i, { probabilities }] of answers.entries())
          addPost(tally, items[i]!.item, scoresIn(labels, probabilities))
        const measured = await measureModel(classifier, items, labels)
        return {
          decided: measured.answers,
          shares: { tally, posts: countedShares(tally, 'posts'), messages: countedShares(tally, 'messages') },
          calibration: calibrate(measured),
          logLoss: measured.scores.logLoss,
        }
      }),
    )

    expect(all[1]!.decided).not.toEqual(all[0]!.decided)
    expect({ ...all[1]!, decided: null }).toEqual({ ...all[0]!, decided: null })
  })
})

describe('a stored linear model', () => {
  const damaged = async (change: (bytes: Buffer) => Buffer) =>
    linear.load(new Map([[FILE, change(Buffer.from((await filesOf()).get(FILE)!))]]), origin)

  it.each([
    ['truncated', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1), 'cut short'],
    ['longer than declared', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('x')]), 'found'],
    ['empty', () => Buffer.alloc(0), 'BWLINEAR'],
    ['of another format', (bytes: Buffer) => replaced(bytes, '"format":1', '"format":2'), 'another release'],
    [
      'of another engine',
      (bytes: Buffer) => replaced(bytes, '"engine":"linear"', '"engine":"lineal"'),
      'another release',
    ],
    ['with a weight that is not a number', (bytes: Buffer) => withNaN(bytes), 'damaged'],
  ])('is refused, naming the file, when it is %s', async (_case, change, reason) => {
    await expect(damaged(change)).rejects.toThrow(new RegExp(`models/job#linear\\.bin.*${reason}`))
  })

  it('is refused when its metadata has another text version', async () => {
    await expect(linear.load(await filesOf(), { ...origin, textVersion: '1' })).rejects.toThrow(
      'models/job#linear.bin: it was trained on texts of version 2, and its place says version 1',
    )
  })

  it('is refused when its files are for another engine', async () => {
    const others = await naiveBayes.train({ train: examples, validation: [] }, {})

    await expect(linear.load(others, origin)).rejects.toThrow('found only naive-bayes.json, expected linear.bin')
  })
})

const replaced = (bytes: Buffer, what: string, by: string): Buffer =>
  Buffer.from(bytes.toString('latin1').replace(what, by), 'latin1')

function withNaN(bytes: Buffer): Buffer {
  bytes.writeFloatLE(NaN, bytes.length - 4)
  return bytes
}

import { describe, expect, it } from '@jest/globals'
import { knowingJudge, leadingLabels, rowJudge } from '../../../local/replay/annotators'
import type { FilePost } from '../../../local/replay/posts'
import { cascadeId } from '../../../shared/text/cascade'

const post = (text: string, label?: string): FilePost => ({
  id: text,
  createdAt: '2026-01-01T00:00:00Z',
  text,
  hashtag: 'aws',
  author: '',
  ...(label ? { label } : {}),
})
const message = cascadeId('one message')

describe('leadingLabels', () => {
  it.each([
    ['the label of most rows', ['b', 'a', 'b'], ['b']],
    ['each of the tied labels', ['b', 'a'], ['a', 'b']],
  ])('returns %s', (_, labels, expected) => {
    const posts = labels.map((label, i) => post(i % 2 ? 'RT @x: one message' : 'one message', label))

    expect(leadingLabels(posts).get(message)).toEqual(expected)
  })
})

describe('a knowing annotator', () => {
  const posts = Array.from({ length: 2000 }, (_, i) => post(`message ${i}`, i % 2 ? 'a' : 'b'))
  const ids = posts.map(({ text }) => cascadeId(text))

  it('never errs at a rate of 0', () => {
    const judge = knowingJudge(posts, ['a', 'b'], 0, 1)

    expect(ids.map((id) => judge('ana', id))).toEqual(posts.map(({ label }) => label))
  })

  it('errs at its rate, independently of the others', () => {
    const judge = knowingJudge(posts, ['a', 'b', 'c'], 0.1, 1)
    const errs = (annotator: string) => posts.map(({ label }, i) => judge(annotator, ids[i]!) !== label)
    const [ana, ben] = [errs('ana'), errs('ben')]
    const rate = (flags: boolean[]) => flags.filter(Boolean).length / flags.length

    expect(Math.abs(rate(ana) - 0.1)).toBeLessThan(0.02)
    expect(Math.abs(rate(ana.map((err, i) => err && ben[i]!)) - 0.01)).toBeLessThan(0.008)
  })

  it('picks either label of a tie with equal probability', () => {
    const ties = Array.from({ length: 1000 }, (_, i) => ['a', 'b'].map((label) => post(`message ${i}`, label))).flat()
    const judge = knowingJudge(ties, ['a', 'b'], 0, 1)

    const said = [...new Set(ties.map(({ text }) => cascadeId(text)))].map((id) => judge('ana', id))

    expect(Math.abs(said.filter((label) => label === 'a').length / said.length - 0.5)).toBeLessThan(0.05)
  })

  it('repeats its answers with the same seed, and makes other mistakes with another', () => {
    const says = (seed: number) => {
      const judge = knowingJudge(posts, ['a', 'b'], 0.2, seed)
      return ids.map((id) => judge('ana', id)).join('')
    }

    expect(says(3)).toBe(says(3))
    expect(says(3)).not.toBe(says(4))
  })
})

it('knows the label of a cascade from each of its near copies', () => {
  const whole = 'We cut the cold starts of our checkout service in half by moving the client out of the handler'
  const copies = [post(whole, 'a'), post('We cut the cold starts of our checkout service in half by mov…', 'b')]

  const truth = leadingLabels([...copies, post(`${whole} #aws`, 'b')])

  expect(copies.map(({ text }) => truth.get(cascadeId(text)))).toEqual([['b'], ['b']])
})

it('uses each row once, as one judgement', () => {
  const judge = rowJudge([post('one message', 'a'), post('one message!', 'b'), post('other', 'a')])

  expect(['ana', 'ben', 'cho'].map((name) => judge(name, message))).toEqual(['a', 'b', undefined])
})

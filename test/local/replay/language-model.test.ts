import { describe, expect, it } from '@jest/globals'
import { simulatedModel } from '../../../local/replay/language-model'
import { postAsSent } from '../../../shared/second-opinions'
import { shownText } from '../../../shared/text'
import type { FilePost } from '../../../local/replay/posts'

const posts: FilePost[] = Array.from({ length: 2000 }, (_, i) => ({
  id: String(i),
  createdAt: '2026-11-21T10:00:00.000Z',
  hashtag: 'aws',
  author: 'a',
  text: `post number ${i} by @somebody${i} about ${Math.sin(i)}`,
  label: i % 2 ? 'technical' : 'marketing',
}))
const ask = (mistakes: number, seed = 1, all = posts) => {
  const model = simulatedModel(posts, mistakes, seed)
  return all.map(({ text, label }) => ({
    label,
    reply: model({
      modelId: 'm',
      system: '',
      user: postAsSent(shownText(text)),
      choices: ['technical', 'marketing', 'abstain'],
    }),
  }))
}

describe('the simulated language model', () => {
  it.each([0, 0.15, 0.5])('errs in a share of %d of the posts that it answers', (mistakes) => {
    const answered = ask(mistakes).filter(({ reply }) => typeof reply === 'object')
    const wrong = answered.filter(({ label, reply }) => JSON.stringify(reply) !== JSON.stringify({ input: { label } }))

    expect(answered.length).toBeGreaterThan(1850)
    expect(Math.abs(wrong.length / answered.length - mistakes)).toBeLessThan(0.03)
  })

  it('sometimes throttles, truncates, returns malformed answers and refuses', () => {
    const failures = new Set(ask(0.15).flatMap(({ reply }) => (typeof reply === 'string' ? [reply] : [])))

    expect(failures).toEqual(new Set(['throttled', 'cut-off', 'malformed', 'refusal', 'guardrail']))
  })

  it('repeats its answer for a post with the same seed, and differs with another', () => {
    expect(ask(0.3)).toEqual(ask(0.3))
    expect(ask(0.3)).not.toEqual(ask(0.3, 2))
  })

  it('recognises a post whose file contains entities, which the desk decodes', () => {
    const model = simulatedModel([{ ...posts[0]!, text: 'Q&amp;A time #aws' }], 0, 1)
    const user = postAsSent(shownText('Q&A time #aws'))

    expect(model({ modelId: 'm', system: '', user, choices: ['technical', 'marketing', 'abstain'] })).toEqual({
      input: { label: 'marketing' },
    })
  })

  it('abstains from a post without a label', () => {
    const [unknown] = ask(0, 1, [{ ...posts[0]!, text: 'never seen before' }])

    expect(unknown?.reply).toEqual({ input: { label: 'abstain' } })
  })
})

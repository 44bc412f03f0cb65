import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Goal } from '../packages/fasttext/src'
import { tokenise } from '../shared/text'
import { textOfSource } from '../shared/text/encoding'
import { cascadeId, permanentRandom } from '../shared/text/cascade'

export type Post = { label: string; line: string; group: string }

/** A labelled set: examples for choosing and training, and the test, which is read only on request. */
export type QualitySet = {
  name: string
  goal: Goal
  /** The published score of fastText on the same test, and our minimum with character n-grams. */
  published: number | undefined
  wanted: number | undefined
  learn: () => Post[]
  test: () => Post[]
}

/**
 * TweetEval's emotion and irony (github.com/cardiffnlp/tweeteval) and CrowdFlower's corporate messaging, each line of a file a
 * JSON object with `text` and `label`: tweeteval-emotion/ and tweeteval-irony/ with train, val and test.jsonl, and
 * corporate-messaging/posts.jsonl, a fifth of whose cascades are the test.
 */
export const qualitySets = (folder: string): QualitySet[] => [
  tweetEval(folder, 'emotion', 'macroF1', 65.2, 62),
  tweetEval(folder, 'irony', 'f1:irony', 63.1, 58.5),
  {
    name: 'corporate messaging',
    goal: 'macroF1',
    published: undefined,
    wanted: undefined,
    learn: () => corporate(folder).filter((post) => !isHeldOut(post)),
    test: () => corporate(folder).filter(isHeldOut),
  },
]

function tweetEval(folder: string, task: string, goal: Goal, published: number, wanted: number): QualitySet {
  const read = (part: string) => readPosts(path.join(folder, `tweeteval-${task}`, `${part}.jsonl`))
  return {
    name: `TweetEval ${task}`,
    goal,
    published,
    wanted,
    learn: () => [...read('train'), ...read('val')],
    test: () => read('test'),
  }
}

const corporate = (folder: string): Post[] => readPosts(path.join(folder, 'corporate-messaging', 'posts.jsonl'))

const isHeldOut = ({ group }: Post): boolean => permanentRandom(group) < 0.2

function readPosts(file: string): Post[] {
  const rows = readFileSync(file, 'utf8').trim().split('\n')
  return rows.map((row) => {
    const { text, label }: { text: string; label: string } = JSON.parse(row)
    return {
      label,
      line: `__label__${label} ${tokenise(textOfSource(text, 'html').shown).join(' ')}`,
      group: cascadeId(text),
    }
  })
}

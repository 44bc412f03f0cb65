import { readFileSync, writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { linear } from '../../shared/engines/linear'
import { TEXT_VERSION, tokenise } from '../../shared/text'
import { cascadeId, permanentRandom } from '../../shared/text/cascade'
import { textOfSource } from '../../shared/text/encoding'

// Models of the engine `linear` on labelled posts, with their answers and times, for `linear.py`, which trains the same with
// scikit-learn. The strength is given, so that both solve the same problem. Posts in scripts without spaces are left out: the rule
// for them is ours.
//
//   node bin/run.mjs test/replication/linear-models.ts MODELS.json POSTS.jsonl...

const LEARNED = 1000
const ASKED = 500
const STRENGTHS = [1, 10, 100]
const SPACELESS = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u

async function main(): Promise<void> {
  const [, , target, ...files] = process.argv
  if (target === undefined || files.length === 0) {
    console.error('usage: node bin/run.mjs test/replication/linear-models.ts MODELS.json POSTS.jsonl...')
    process.exitCode = 2
    return
  }
  const models = []
  for (const file of files) for (const strength of STRENGTHS) models.push(await modelOf(file, strength))
  writeFileSync(target, JSON.stringify(models))
}

async function modelOf(file: string, strength: number) {
  const posts = readPosts(file)
  const [train, asked] = [posts.slice(0, LEARNED), posts.slice(LEARNED, LEARNED + ASKED)]
  const began = performance.now()
  const files = await linear.train({ train, validation: [] }, { strength: String(strength), correction: '0' })
  const trainSeconds = (performance.now() - began) / 1000
  const model = await linear.load(files, { textVersion: TEXT_VERSION, where: file })
  const since = performance.now()
  const probabilities = await model.classify(asked.map(({ text }) => text))
  const askSeconds = (performance.now() - since) / 1000
  const plain = (some: typeof posts) => some.map(({ text, label }) => ({ tokens: tokenise(text), label }))
  return {
    name: `${file}, strength ${strength}`,
    strength,
    labels: model.labels,
    train: plain(train),
    asked: plain(asked),
    probabilities,
    trainSeconds,
    askSeconds,
  }
}

/** One post per message, in an order independent of the labels. */
function readPosts(file: string) {
  const rows = readFileSync(file, 'utf8').trim().split('\n')
  const posts = rows.flatMap((row) => {
    const { text, label }: { text: string; label?: string } = JSON.parse(row)
    const item = cascadeId(text)
    return label === undefined || SPACELESS.test(text)
      ? []
      : [[item, { item, text: textOfSource(text, 'html').shown, label }] as const]
  })
  const order = (item: string) => permanentRandom(item, 'replication')
  return [...new Map(posts).values()].sort((a, b) => order(a.item) - order(b.item))
}

void main()

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { textsToBytes } from '../shared/cascades/known-texts'
import { makeCascadeIndex } from '../shared/cascades/cascade-index'
import { cascadeId, normalForm } from '../shared/text/cascade'
import { benchOptions } from './options'

const USAGE = `
node bin/run.mjs bench/duplicates.ts --data FOLDER [--posts 200000]

How many near copies are recognised, by kind of edit, and what does that cost for a million posts? Each distinct message is
indexed with all others; then an edited copy is looked up, and must get the same cascade.

  --data FOLDER   aws-tweets/posts.jsonl and corporate-messaging/posts.jsonl, each line a JSON object with "text"
  --posts N       posts of the cost measurement
`

const { values: options } = benchOptions(
  USAGE,
  {
    data: { type: 'string', default: '' },
    posts: { type: 'string', default: '200000' },
  },
  { needs: ['data'] },
)

/** An edit of a text, chosen by its number; undefined for a text that cannot be edited so. */
type Edit = (text: string, number: number) => string | undefined

const EDITS: [string, Edit][] = [
  ['retweet, other link', (text) => `RT @someone: ${text.replaceAll(/https?:\/\/\S+/g, '').trim()} https://t.co/other`],
  ['cut off with …', (text, number) => cutTo(text, 0.5 + (number % 5) / 10)],
  ['one word changed', (text, number) => replaceWord(text, number)],
  ['one hashtag added', (text, number) => `${text} #${['cloud', 'devops', 'news'][number % 3]}`],
]

/** Old retweets: the text after "RT @name: ", cut off inside a word, and the mark. */
function cutTo(text: string, share: number): string | undefined {
  const plain = text.replaceAll(/https?:\/\/\S+/g, '').trim()
  if (plain.endsWith('…')) return undefined
  return `RT @someone: ${plain.slice(0, Math.max(1, Math.floor(plain.length * share)))}…`
}

function replaceWord(text: string, number: number): string | undefined {
  const parts = text.split(/(\s+)/)
  const places = parts.flatMap((part, i) => (/^[\p{L}\p{N}]+$/u.test(part) ? [i] : []))
  if (places.length === 0) return undefined
  parts[places[(number * 7919) % places.length]!] = `zq${number}`
  return parts.join('')
}

function main(): void {
  const texts = ['aws-tweets', 'corporate-messaging'].map(
    (set) => [set, distinct(path.join(options.data, set, 'posts.jsonl'))] as const,
  )
  for (const [set, messages] of texts) recall(set, messages)
  recall(
    'both',
    texts.flatMap(([, messages]) => messages),
  )
  const all = texts.flatMap(([, messages]) => messages)
  cost(all, Number(options.posts))
}

/** The texts of a file, one of each exact form. */
function distinct(file: string): string[] {
  const rows = readFileSync(file, 'utf8').trim().split('\n')
  const all = rows.map((row) => (JSON.parse(row) as { text: string }).text)
  return [...new Map(all.map((text) => [cascadeId(text), text])).values()]
}

function recall(set: string, messages: readonly string[]): void {
  console.log(`\n${set}: ${messages.length} messages of different exact forms`)
  console.log(`  ${'edit'.padEnd(22)}${'8 words and more'.padStart(26)}${'all'.padStart(26)}`)
  for (const [name, edit] of EDITS) {
    const index = makeCascadeIndex()
    const ids = messages.map((text) => index.identify(text))
    const found = messages.flatMap((text, i) => {
      const edited = edit(text, i)
      if (edited === undefined) return []
      return [{ long: lengthOf(edited) >= 8 && lengthOf(text) >= 8, same: index.identify(edited) === ids[i] }]
    })
    const long = found.filter((one) => one.long)
    console.log(`  ${name.padEnd(22)}${shareOf(long).padStart(26)}${shareOf(found).padStart(26)}`)
  }
}

const lengthOf = (text: string): number => normalForm(text).split(' ').filter(Boolean).length

function shareOf(found: readonly { same: boolean }[]): string {
  const same = found.filter((one) => one.same).length
  return `${(same / found.length).toFixed(4)} (${same} of ${found.length})`
}

/**
 * Posts made of the messages. Half are copies. In the others, words from the whole set replace three of four words, so that
 * they have the length of posts and are no copies of each other.
 */
function cost(messages: readonly string[], posts: number): void {
  const vocabulary = [...new Set(messages.flatMap((text) => text.split(/\s+/)))]
  const texts: string[] = []
  for (let i = 0; i < posts; i++) {
    if (i % 2 === 1) {
      texts.push(`RT @someone: ${texts[Math.floor((i * 7919) % texts.length)]!}`)
      continue
    }
    const parts = messages[i % messages.length]!.split(/\s+/)
    texts.push(
      parts
        .map((part, k) => (k % 4 ? vocabulary[(i * 104_729 + k * 7919 * (i + 1)) % vocabulary.length]! : part))
        .join(' '),
    )
  }
  // CPU time of user and system, which other load on the machine hardly changes.
  const began = process.cpuUsage()
  const index = makeCascadeIndex()
  for (const text of texts) index.identify(text)
  const { user, system } = process.cpuUsage(began)
  const seconds = (user + system) / 1e6
  const learned = index.learned()
  const bytes = textsToBytes(learned)
  const memory = process.memoryUsage()
  const firsts = new Set(learned.map(({ cascade }) => cascade)).size
  const million = (value: number) => (value * 1e6) / posts

  console.log(`\n${posts} posts, half of them retweets: ${firsts} cascades of five words and more`)
  console.log(`  ${seconds.toFixed(1)} s of CPU, so ${million(seconds).toFixed(0)} s for a million`)
  console.log(
    `  ${(bytes.length / 1e6).toFixed(1)} MB of known texts, so ${(million(bytes.length) / 1e6).toFixed(0)} MB for a million`,
  )
  console.log(`  ${((memory.rss + memory.external) / 1e6).toFixed(0)} MB of memory, posts and index`)
  // Lambda at 1 GB, at the higher price of arm64 and x86: 0.0000166667 dollars a GB-second; S3: 0.023 a GB-month.
  console.log(
    `  for a million posts ${(million(seconds) * 0.0000166667).toFixed(4)} dollars of Lambda and ${((million(bytes.length) / 1e9) * 0.023).toFixed(4)} a month of S3`,
  )
}

main()

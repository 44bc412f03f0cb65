import { clean } from './clean'
import { byHeader, type Cells, recordsOf } from './csv-records'
import { type Rewrite, type Rewritten, jsonLines } from './shapes'
import type { Targets } from './targets'

/** What the files of others call the id of a post, of its author and of the post that it repeats, and its text. */
const POSTS = ['id', 'post', 'post_id', 'post-id', 'postId', 'tweet_id', 'tweetId', 'id_str', 'uri'] as const
const REPEATS = ['retweetOf', 'retweet_of', 'retweeted_status_id'] as const
const AUTHORS = ['author', 'authorId', 'author_id', 'user_id', 'userId'] as const
const TEXTS = ['text', 'source', 'content', 'full_text', 'shown', 'found', 'body', 'message'] as const
const FIELDS = { post: POSTS, repeats: REPEATS, author: AUTHORS, text: TEXTS, neverReplaced: true }
/** Under a header that is not known an id is only believed to be one when no small number can be meant. */
const LONG_ID = 8

/**
 * A file in whatever form somebody brought it or a service left it: CSV, JSON Lines, a document of JSON. A row goes where it
 * has the id of a deleted post, repeats one, is by a deleted author, or has a text that only deleted posts had. A file that is
 * none of these loses the lines that have one as a whole or hold the text.
 */
export const anyFile: Rewrite = (body, targets, key) => {
  const { text, encode } = decoded(body)
  const rewritten = cleanText(text, targets, key)
  return rewritten && { body: encode(rewritten.text), rows: rewritten.rows }
}

interface CleanText {
  text: string
  rows: number
}

function cleanText(text: string, targets: Targets, key: string): CleanText | undefined {
  const begins = text.replace(/^\uFEFF/, '').trimStart()[0]
  const isScript = key.toLowerCase().endsWith('.js')
  // Files of posts and labels are read by what is in them, so a name that ends with .csv says nothing.
  if (begins === '{' || begins === '[' || isScript) {
    return cleanDocument(text, targets) ?? asText(jsonLines(FIELDS)(Buffer.from(text), targets, key))
  }
  return cleanTable(text, targets)
}

const asText = (rewritten: Rewritten | undefined): CleanText | undefined =>
  rewritten && { text: rewritten.body.toString('utf8'), rows: rewritten.rows }

/** One document, which a script may assign to a name; nothing where the text is none, or nothing in it goes. */
function cleanDocument(text: string, targets: Targets): CleanText | undefined {
  const start = text.search(/[[{]/)
  const before = text.slice(0, start)
  let value: unknown
  try {
    value = JSON.parse(text.slice(start))
  } catch {
    return undefined
  }
  const indent = /^[[{]\r?\n( +)/.exec(text.slice(start))?.[1]?.length
  const cleaned = clean(value, FIELDS, targets)
  if ('gone' in cleaned) return { text: `${before}null\n`, rows: 1 }
  if (cleaned.changed === 0) return undefined
  return {
    text: before + JSON.stringify(cleaned.value, null, indent) + (text.endsWith('\n') ? '\n' : ''),
    rows: cleaned.changed,
  }
}

function cleanTable(text: string, targets: Targets): CleanText | undefined {
  const delimiter = delimiterOf(text)
  let header: string[] | undefined
  let rows = 0
  const kept: string[] = []
  for (const { raw, cells } of recordsOf(text, delimiter)) {
    header ??= cells.map((cell) => cell.trim())
    if (goes(byHeader(header, cells), cells, targets)) rows++
    else kept.push(raw)
  }
  return rows > 0 ? { text: kept.join(''), rows } : undefined
}

function goes(named: Cells, cells: readonly string[], targets: Targets): boolean {
  const given = (names: readonly string[]) => names.map((name) => (named[name] ?? '').trim()).filter(Boolean)
  if ([...given(POSTS), ...given(REPEATS)].some(targets.isPost) || given(AUTHORS).some(targets.isAuthor)) return true
  if (cells.some((cell) => cell.length >= LONG_ID && targets.isPost(cell.trim()))) return true
  // With an id of its own the text is that of another post, which stays.
  return given(POSTS).length === 0 && cells.some((cell) => isText(cell, targets))
}

const isText = (cell: string, targets: Targets): boolean =>
  targets.itemOfText(cell) !== undefined || targets.itemOfText(cell.trim()) !== undefined

/** The delimiter that the first line has most of. */
function delimiterOf(text: string): string {
  const [first = ''] = text.split('\n', 1)
  const counts = [',', ';', '\t', '|'].map((one) => ({ one, count: first.split(one).length }))
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).one
}

/** The characters of a file, and its bytes again: UTF-16 with its mark, UTF-8, or any encoding of one byte a character. */
function decoded(body: Buffer): { text: string; encode: (text: string) => Buffer } {
  if (body[0] === 0xff && body[1] === 0xfe)
    return { text: body.toString('utf16le'), encode: (text) => Buffer.from(text, 'utf16le') }
  if (body[0] === 0xfe && body[1] === 0xff)
    return {
      text: Buffer.from(body.subarray(0, body.length & ~1))
        .swap16()
        .toString('utf16le'),
      encode: (text) => Buffer.from(text, 'utf16le').swap16(),
    }
  const text = body.toString('utf8')
  return Buffer.from(text, 'utf8').equals(body)
    ? { text, encode: (changed) => Buffer.from(changed, 'utf8') }
    : { text: body.toString('latin1'), encode: (changed) => Buffer.from(changed, 'latin1') }
}

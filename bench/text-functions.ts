import { printable } from '../packages/embedded-aws/src/printable'
import { hasKnownWord, predict, train } from '../packages/fasttext/src'
import { csvOf as reportCsv } from '../pages/report/csv'
import { withShortJobs } from '../pages/report/words'
import { clipped, withDatesInWords } from '../pages/words'
import { handlesIn, isNameAmong, namesInAuthorId, plainWords } from '../services/analyzer/evidence/plain-words'
import { textOfRecord } from '../services/collector/sources/bluesky/text'
import { MOST_HTML, textOfHtml } from '../services/collector/sources/html'
import { postOf } from '../services/collector/sources/mastodon/status'
import { checkedEntries, openLabels } from '../services/labels/read'
import { anyFile, isRowGone, labelFile, postFile } from '../services/privacy/files/any-file'
import { recordsOf } from '../services/privacy/files/csv-records'
import { rewriteJsonLines, refusedRows, trainingLines } from '../services/privacy/files/shapes'
import type { DeletionTargets } from '../services/privacy/targets'
import { makeCascadeIndex } from '../shared/cascades/cascade-index'
import { makeNgrams } from '../shared/engines/linear/ngrams'
import { countWords, posteriorOf } from '../shared/engines/naive-bayes/word-counts'
import { openPosts } from '../shared/post-file/open'
import { readPostRow } from '../shared/post-file/row'
import { fromPythonBytes, isNoText, isNothing, isRounded, wrongId } from '../shared/row-file/cells'
import { guarded, unguarded } from '../shared/row-file/formula'
import { readLabel } from '../shared/row-file/label'
import { postAsSent } from '../shared/second-opinions/prompt'
import type { MastodonSettings } from '../shared/sources/mastodon'
import { shownText, textFunction, tokenise, withMark } from '../shared/text'
import { cascadeId, normalForm } from '../shared/text/cascade'
import { textOfSource } from '../shared/text/encoding'
import { normalised } from '../shared/text/normalised'
import { shinglesOf } from '../shared/text/shingles'
import { decodeVersion1 } from '../shared/text/version-1'
import { words } from '../shared/text/words'
import { isolated, withVisibleDirections } from '../shared/words'

/** A function that reads a foreign text. */
interface TextFunction {
  name: string
  run: (text: string) => unknown
  /** Maximum length: longer texts are refused earlier. */
  most?: number
}

/** Repeated patterns that make a function look back, or ahead, at each place of a long text. */
const PATTERNS: readonly (readonly [name: string, pattern: string])[] = [
  ['spaces', ' '],
  ['tabs', '\t'],
  ['line ends', '\n'],
  ['CRLF', '\r\n'],
  ['<', '<'],
  ['<b>', '<b>'],
  ['<title', '<title'],
  ['</', '</'],
  ['&', '&'],
  ['&amp', '&amp'],
  ['&amp;', '&amp;'],
  ['&#38;', '&#38;'],
  ['#', '#'],
  ['#a', '#a'],
  ['#a and space', '#a '],
  ['@', '@'],
  ['@a', '@a'],
  ['@a.', '@a.'],
  ['＠ａ', '＠ａ'],
  ['RT @a:', 'RT @a:'],
  ['http://', 'http://'],
  ['http:// and space', 'http:// '],
  ['www.', 'www.'],
  ['a', 'a'],
  ['a.', 'a.'],
  ['a and space', 'a '],
  [',', ','],
  ['a,', 'a,'],
  ['rows of nothing', ',\n'],
  ['rows', 'a,\n'],
  [';', ';'],
  ['"', '"'],
  ['\\"', '\\"'],
  ['quote and space', '" '],
  ['quote and comma', '",'],
  ["'", "'"],
  ["a'", "a'"],
  ['\\x', '\\x'],
  ['{', '{'],
  ['[', '['],
  ['[]', '[],'],
  ['digits', '1'],
  ['dates', '2026-11-21 '],
  ['-', '-'],
  ['…', '… '],
  ['_', '_'],
  ['__label__', '__label__ '],
  ['NaN', 'NaN '],
  ['job names', 'bellwether-a-'],
  ['a combining mark', '\u0301'],
  ['two combining marks in turn', '\u0301\u0316'],
  ['letters with marks', 'e\u0301\u0327'],
  ['half-width marks', 'ﾞ\u0301'],
  ['emoji', '👩‍👩‍👧‍👦'],
  ['flags', '🇩🇪'],
  ['halves of pairs', '\ud83d'],
  ['Chinese', '漢'],
  ['Thai', 'ก'],
  ['Arabic', 'ع '],
  ['direction overrides', '\u202e'],
  ['controls', '\u0000\u001b'],
]

/** Texts that repeat a pattern, with an end that no pattern expects, and a mix of all patterns. */
export function hostileTexts(length: number): [name: string, text: string][] {
  const repeated = (pattern: string) => pattern.repeat(Math.ceil(length / pattern.length)).slice(0, length - 1)
  const mixed = PATTERNS.map(([, pattern]) => pattern.repeat(7)).join('')
  return [
    ...PATTERNS.flatMap(([name, pattern]): [string, string][] => [
      [name, `${repeated(pattern)}x`],
      [`x, ${name}`, `x${repeated(pattern)}\u0001`],
    ]),
    ['everything mixed', repeated(mixed)],
  ]
}

const NOBODY: DeletionTargets = {
  isPost: () => false,
  isAuthor: () => false,
  isGone: () => false,
  copyOf: () => undefined,
  itemOfText: () => undefined,
}
const MASTODON: MastodonSettings = {
  type: 'mastodon',
  instance: 'https://a.example',
  token: false,
  localOnly: false,
  respectIndexable: true,
  skipBots: true,
  skipBridged: true,
  skipContentWarnings: true,
  lateHours: 6,
}
const NOW = new Date('2026-11-21T00:00:00Z')
const RULES = { categories: ['technical', 'marketing'], schemaVersion: 1, now: NOW }

async function* once(text: string): AsyncIterable<string> {
  yield text
}

async function readPosts(file: string): Promise<void> {
  const { rows } = await openPosts('posts', once(file))
  for await (const row of rows)
    if (!('problem' in row))
      readPostRow(row.values, row.line, { source: 'posts', tags: ['aws', 'azure'], mayBeUndated: true })
}

async function readLabels(file: string): Promise<void> {
  await checkedEntries(await openLabels('labels', once(file)), RULES)
}

/** Refusing the whole file is a valid result. */
const orRefused = (read: Promise<void>): Promise<unknown> => read.catch((error: unknown) => error)

const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`
const asCsv = (text: string): string => `id,text,createdAt,label\n1,${cell(text)},2026-11-21,technical\n`
const inAllCells = (text: string): string =>
  `id,text,createdAt,hashtag,author,label,annotator,labelledAt\n${Array.from({ length: 8 }, () => cell(text.slice(-(text.length >> 3)))).join()}\n`
const asJson = (text: string): string => `${JSON.stringify({ id: '1', text, createdAt: text, label: text })}\n`

/** Records are read one after another, as deletion reads them. */
function counted(records: Iterable<unknown>): number {
  let count = 0
  for (const _ of records) count += 1
  return count
}

/** An array of one row and of elements that are no rows, with as many characters as the text. */
const brokenArray = (text: string): string =>
  `[${asJson(text.slice(0, text.length / 6))},${text.slice(text.length / 2)}`

const status = (text: string): Parameters<typeof postOf>[0] => ({
  id: '1',
  uri: 'https://a.example/1',
  created_at: '2026-11-21T00:00:00Z',
  edited_at: '2026-11-21T00:00:00Z',
  visibility: 'public',
  reblog: null,
  content: text,
  tags: [{ name: text }],
  account: { acct: 'ana', url: 'https://a.example/ana' },
})

function engines(): TextFunction[] {
  const ngramsOf = makeNgrams()
  const examples = [
    { words: ['cold', 'starts', 'a', '#a'], label: 'technical' },
    { words: ['buy', 'now', '<url>'], label: 'marketing' },
  ]
  const posterior = posteriorOf(countWords(examples), 1)
  const model = train('__label__technical cold starts a #a\n__label__marketing buy now <url>\n', {
    vectorDim: 10,
    epochs: 1,
    minCount: 1,
    wordNgrams: 2,
    buckets: 1000,
  })
  return [
    { name: 'naive Bayes: a message', run: (text) => posterior(tokenise(shownText(text))) },
    { name: 'linear: n-grams', run: (text) => ngramsOf(tokenise(shownText(text))) },
    { name: 'fastText: predict', run: (text) => predict(model, text) },
    { name: 'fastText: predict tokens', run: (text) => predict(model, tokenise(shownText(text)).join(' ')) },
    { name: 'fastText: known words', run: (text) => hasKnownWord(model, text.split(' ')) },
  ]
}

/** Every function that reads texts of posts, files, networks or people. */
export const textFunctions = (): TextFunction[] => [
  { name: 'shownText', run: shownText },
  { name: 'withMark', run: (text) => withMark(shownText(text), 'paid_partnership') },
  { name: 'textOfSource, html', run: (text) => textOfSource(text, 'html') },
  { name: 'tokenise', run: (text) => tokenise(shownText(text)) },
  {
    name: 'tokenise, version 1',
    run: (text) => textFunction('1').tokenise(textFunction('1').formOf({ text, shown: shownText(text) })),
  },
  { name: 'decodeVersion1', run: decodeVersion1 },
  { name: 'words', run: words },
  { name: 'normalised, NFC', run: (text) => normalised(text, 'NFC') },
  { name: 'normalised, NFKC', run: (text) => normalised(text, 'NFKC') },
  { name: 'normalised, NFKD', run: (text) => normalised(text, 'NFKD') },
  { name: 'normalForm', run: normalForm },
  { name: 'cascadeId', run: cascadeId },
  { name: 'shinglesOf', run: shinglesOf },
  { name: 'cascade index', run: (text) => makeCascadeIndex().identify(text) },
  ...engines(),
  { name: 'evidence: words', run: plainWords },
  { name: 'evidence: handles', run: handlesIn },
  { name: 'evidence: names in an author’s id', run: namesInAuthorId },
  { name: 'evidence: a name among words', run: (text) => isNameAmong(new Set(['ana']), text) },
  { name: 'collector: HTML', run: (text) => textOfHtml(text), most: MOST_HTML },
  { name: 'collector: HTML with addresses', run: (text) => textOfHtml(text, { links: 'address' }), most: MOST_HTML },
  {
    name: 'collector: a post of Mastodon',
    run: (text) => postOf(status(text), 'a.example', 'fedi', 'aws', MASTODON),
    most: MOST_HTML,
  },
  {
    name: 'collector: a post of Bluesky',
    run: (text) =>
      textOfRecord(text, [
        {
          index: { byteStart: 0, byteEnd: 1 },
          features: [{ $type: 'app.bsky.richtext.facet#link', uri: `https://${text}` }],
        },
      ]),
  },
  { name: 'file of posts: the text', run: (text) => orRefused(readPosts(text)) },
  { name: 'file of posts: a cell', run: (text) => orRefused(readPosts(asCsv(text))) },
  { name: 'file of posts: JSON', run: (text) => orRefused(readPosts(asJson(text))) },
  { name: 'file of posts: broken JSON', run: (text) => orRefused(readPosts(`{"text":"a"}\n{"text":NaN,"${text}\n`)) },
  { name: 'file of posts: a JSON array', run: (text) => orRefused(readPosts(brokenArray(text))) },
  { name: 'file of posts: all cells', run: (text) => orRefused(readPosts(inAllCells(text))) },
  { name: 'file of labels: all cells', run: (text) => orRefused(readLabels(inAllCells(text))) },
  { name: 'file of labels: the text', run: (text) => orRefused(readLabels(text)) },
  { name: 'file of labels: a cell', run: (text) => orRefused(readLabels(asCsv(text))) },
  { name: 'file of labels: JSON', run: (text) => orRefused(readLabels(asJson(text))) },
  { name: 'a cell of nothing', run: (text) => [isNothing(text), isNoText(text)] },
  { name: 'a cell with an id', run: (text) => [wrongId(text), isRounded(text)] },
  { name: 'a cell with a label', run: (text) => readLabel(text, ['technical']) },
  {
    name: 'bytes of Python',
    run: (text) => [fromPythonBytes(text), fromPythonBytes(`b'${text}'`), fromPythonBytes(`b'${text}`)],
  },
  { name: 'guard against formulas', run: (text) => unguarded(guarded(text)) },
  { name: 'privacy: a file of posts', run: (text) => postFile(Buffer.from(asCsv(text)), NOBODY, '') },
  { name: 'privacy: JSON', run: (text) => postFile(Buffer.from(asJson(text)), NOBODY, '') },
  { name: 'privacy: broken JSON', run: (text) => postFile(Buffer.from(`{"text":"a"}\n{"${text}\n`), NOBODY, '') },
  { name: 'privacy: the text', run: (text) => anyFile(Buffer.from(text), NOBODY, '') },
  { name: 'privacy: a file of labels', run: (text) => labelFile(Buffer.from(text), NOBODY, '') },
  { name: 'privacy: a row', run: (text) => isRowGone(text, NOBODY) },
  { name: 'privacy: refused rows', run: (text) => refusedRows(Buffer.from(JSON.stringify({ row: text })), NOBODY, '') },
  { name: 'privacy: records of CSV', run: (text) => counted(recordsOf(text)) },
  {
    name: 'privacy: JSON Lines',
    run: (text) => rewriteJsonLines({ text: ['text'] })(Buffer.from(asJson(text)), NOBODY, ''),
  },
  { name: 'privacy: training lines', run: (text) => trainingLines(Buffer.from(`__label__a ${text}`), NOBODY, '') },
  { name: 'language model: the post', run: (text) => postAsSent(shownText(text)) },
  { name: 'pages: directions', run: withVisibleDirections },
  { name: 'pages: a name', run: isolated },
  { name: 'pages: a clipped name', run: (text) => clipped(text, 20) },
  { name: 'pages: dates', run: withDatesInWords },
  { name: 'pages: names of jobs', run: withShortJobs },
  { name: 'pages: CSV', run: (text) => reportCsv([{ heading: text }], [[text]]) },
  { name: 'terminal', run: printable },
]

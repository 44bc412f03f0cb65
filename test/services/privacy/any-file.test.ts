import { expect, it } from '@jest/globals'
import { anyFile, isRowGone, labelFile, postFile } from '../../../services/privacy/files/any-file'
import { fileRows } from '../../../services/privacy/files/file-rows'
import type { DeletionTargets } from '../../../services/privacy/targets'
import { POST_COLUMNS } from '../../../shared/post-file/columns'
import { contentOf, idOf } from '../../../shared/post-file/row'
import { aPost } from '../../given'

const DELETED = '1100000000000000001'
const targets: DeletionTargets = {
  isPost: (id) => id === DELETED,
  isAuthor: () => false,
  isGone: () => false,
  copyOf: () => undefined,
  itemOfText: () => undefined,
}
const cleaned = (name: string, text: string) =>
  postFile(Buffer.from(text), targets, `sources/${name}`)?.body.toString('utf8')
const TEXT = 'A text that nobody else posted'
const byText: DeletionTargets = {
  ...targets,
  isPost: () => false,
  itemOfText: (text) => (text === TEXT ? { copy: undefined } : undefined),
}

const [gone, kept] = [`{"id":"${DELETED}","text":"gone"}`, '{"id":"1100000000000000002","text":"kept"}']

it.each([
  ['JSON Lines', 'posts.csv', `${gone}\n${kept}\n`, `${kept}\n`],
  ['a JSON array', 'posts.csv', `[${gone},${kept}]`, `[${kept}]`],
  ['JSON Lines', 'posts.txt', `${kept}\n${gone}\n`, `${kept}\n`],
  ['CSV with semicolons', 'posts.json', `ID;Text\n${DELETED};gone\n2;kept\n`, 'ID;Text\n2;kept\n'],
])('removes a deleted post from %s, whatever the file is called: %s', (_, name, text, left) => {
  expect(cleaned(name, text)).toBe(left)
})

it('finds the rows that the collector reads, also after a stray quote', () => {
  expect(cleaned('posts.csv', `id,text\n1,"stray\n${DELETED},"deleted"\n`)).toBe('id,text\n1,"stray\n')
})

it.each([
  ['an id', `"${DELETED}","stray`],
  ['an id after a cell with a delimiter', `"a, b",${DELETED},"stray`],
])('removes a row that the collector cannot read by %s', (_, row) => {
  expect(cleaned('posts.csv', `id,text\n${row}\n2,kept\n`)).toBe('id,text\n2,kept\n')
})

it.each([
  ['another spelling of the id', `Tweet ID,Text\n${DELETED},gone\n2,kept\n`, 'Tweet ID,Text\n2,kept\n'],
  ['the id of a retweet', `id,Retweet-Id,text\n7,${DELETED},gone\n2,,kept\n`, 'id,Retweet-Id,text\n2,,kept\n'],
  ['a short id', 'STATUS_ID;text\n42;gone\n7;kept\n', 'STATUS_ID;text\n7;kept\n'],
  [
    'a retweet in its referenced posts',
    `{"id":"7","text":"x","referenced_tweets":[{"type":"retweeted","id":"${DELETED}"}]}\n${kept}\n`,
    `${kept}\n`,
  ],
  [
    "an id in a post of X's archive",
    `window.YTD.tweets.part0 = [{"tweet":{"id_str":"${DELETED}","full_text":"gone"}},{"tweet":{"id_str":"2"}}]`,
    'window.YTD.tweets.part0 = [{"tweet":{"id_str":"2"}}]',
  ],
  ['an id next to NaN', `{"id":"${DELETED}","text":"gone","lang":NaN}\n${kept}\n`, `${kept}\n`],
  ['a number that JavaScript rounds', `{"id":${DELETED},"text":"gone"}\n${kept}\n`, `${kept}\n`],
])('removes a row by %s', (_, text, left) => {
  const isPost = (id: string) => id === DELETED || id === '42'

  expect(postFile(Buffer.from(text), { ...targets, isPost }, '')?.body.toString()).toBe(left)
})

it.each([
  ['from a complete row', `[\n  ${gone},\n  ${kept},\n  {"id":"3","te`, `[\n  ${kept},\n  {"id":"3","te`],
  ['from the truncated row', `[${kept},{"id":"${DELETED}","te`, `[${kept}`],
  ['in the middle', `[${kept}, ${gone}, ${kept}`, `[${kept}, ${kept}`],
])('removes a deleted post from a truncated array: %s', (_, text, left) => {
  expect(cleaned('posts.json', text)).toBe(left)
})

it('keeps the remaining rows of an array byte for byte', () => {
  const spaced = '{ "id": "2",  "text": "kept" }'

  expect(cleaned('posts.json', `[\n ${gone},\n ${spaced},\n ${spaced}\n]\n`)).toBe(`[\n ${spaced},\n ${spaced}\n]\n`)
})

it('recognises a row without an id by the id that the collector derived', () => {
  const rows = ['u1,one text', 'u2,one text', 'u1,one text'].map((row) => `2026-11-21T10:00:00Z,${row}\n`)
  const [first, second] = ['u1', 'u2'].map((authorId) =>
    contentOf(aPost('', 'one text', { authorId, createdAt: '2026-11-21T10:00:00.000Z' })),
  )
  const left = (id: string) =>
    postFile(
      Buffer.from(`date,author,text\n${rows.join('')}`),
      { ...targets, isPost: (one) => one === id },
      '',
    )?.body.toString()

  expect(left(idOf(second!, 1))).toBe(`date,author,text\n${rows[0]}${rows[2]}`)
  expect(left(idOf(first!, 1))).toBe(`date,author,text\n${rows[1]}`)
})

it.each([
  ['CSV with a text', 'tweet,label\n', `${TEXT},a\n`, 'other,b\n'],
  ['a text that begins like a formula', 'text,label\n', `'${TEXT},a\n`, 'other,b\n'],
  ['a text that begins like a full-width formula', 'text,label\n', `'＝${TEXT},a\n`, 'other,b\n'],
  ['a manifest', '', `{"source":"${TEXT}","label":0,"label-metadata":{}}\n`, '{"source":"other"}\n'],
  ['a task of Label Studio', '', `{"id":1,"data":{"text":"${TEXT}"},"annotations":[]}\n`, '{"id":2,"data":{}}\n'],
])('removes a label without an id by its text: %s', (_, header, goes, stays) => {
  const known: DeletionTargets = { ...byText, itemOfText: (text) => byText.itemOfText(text.replace(/^[=＝]/, '')) }
  const file = header + goes.replace(`'${TEXT}`, `'=${TEXT}`) + stays

  expect(labelFile(Buffer.from(file), known, 'imports/labels')?.body.toString()).toBe(header + stays)
})

it("leaves a service's own document alone", () => {
  const answers = (...contents: string[]) => JSON.stringify({ answers: contents.map((content) => ({ content })) })

  expect(anyFile(Buffer.from(answers(TEXT, 'other')), byText, '')?.body.toString()).toBe(answers('other'))
  expect(anyFile(Buffer.from(JSON.stringify({ content: TEXT })), byText, '')?.body.toString()).toBe('null\n')
})

it.each([
  ['a status of Mastodon', { uri: DELETED, account: null }],
  ['a malformed row', `{"id":"${DELETED}","text":"cut of`],
  ['a post with other field names', { Tweet_ID: DELETED }],
])('recognises a refused row: %s', (_, row) => {
  expect(isRowGone(row, targets)).toBe(true)
  expect(isRowGone({ id: '2' }, targets)).toBe(false)
})

it('skips empty lines and rows in linear time, and keeps their bytes', () => {
  const empty = '\r\n'.repeat(3) + ',\n \n'
  const text = `id,text\n${empty}${DELETED},gone\n${empty}2,kept\n${empty}`

  const kinds = [...fileRows(text, { columns: POST_COLUMNS })].map(({ cells }) => cells?.length)

  expect(kinds).toEqual([2, 0, 2, 0, 2, 0])
  expect(cleaned('posts.csv', text)).toBe(`id,text\n${empty}${empty}2,kept\n${empty}`)
})

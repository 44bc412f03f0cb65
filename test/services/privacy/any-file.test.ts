import { expect, it } from '@jest/globals'
import { anyFile, isRowGone, labelFile, postFile } from '../../../services/privacy/files/any-file'
import type { DeletionTargets } from '../../../services/privacy/targets'
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
])('takes a deleted post out of %s, whatever the name of the file says: %s', (_, name, text, left) => {
  expect(cleaned(name, text)).toBe(left)
})

it('finds the rows that the collector reads, also behind a stray quote', () => {
  expect(cleaned('posts.csv', `id,text\n1,"stray\n${DELETED},"deleted"\n`)).toBe('id,text\n1,"stray\n')
})

it.each([
  ['an id', `"${DELETED}","stray`],
  ['an id behind a cell with a delimiter', `"a, b",${DELETED},"stray`],
])('takes out by %s a row that the collector cannot read', (_, row) => {
  expect(cleaned('posts.csv', `id,text\n${row}\n2,kept\n`)).toBe('id,text\n2,kept\n')
})

it.each([
  ['another spelling of the id', `Tweet ID,Text\n${DELETED},gone\n2,kept\n`, 'Tweet ID,Text\n2,kept\n'],
  ['the id of a retweet', `id,Retweet-Id,text\n7,${DELETED},gone\n2,,kept\n`, 'id,Retweet-Id,text\n2,,kept\n'],
  ['a short id', 'STATUS_ID;text\n42;gone\n7;kept\n', 'STATUS_ID;text\n7;kept\n'],
  [
    'a retweet among what a post refers to',
    `{"id":"7","text":"x","referenced_tweets":[{"type":"retweeted","id":"${DELETED}"}]}\n${kept}\n`,
    `${kept}\n`,
  ],
  [
    'an id of a post of the archive of X',
    `window.YTD.tweets.part0 = [{"tweet":{"id_str":"${DELETED}","full_text":"gone"}},{"tweet":{"id_str":"2"}}]`,
    'window.YTD.tweets.part0 = [{"tweet":{"id_str":"2"}}]',
  ],
  ['an id beside NaN', `{"id":"${DELETED}","text":"gone","lang":NaN}\n${kept}\n`, `${kept}\n`],
  ['a number that JavaScript rounds', `{"id":${DELETED},"text":"gone"}\n${kept}\n`, `${kept}\n`],
])('takes a row out by %s', (_, text, left) => {
  const isPost = (id: string) => id === DELETED || id === '42'

  expect(postFile(Buffer.from(text), { ...targets, isPost }, '')?.body.toString()).toBe(left)
})

it.each([
  ['in a row that is whole', `[\n  ${gone},\n  ${kept},\n  {"id":"3","te`, `[\n  ${kept},\n  {"id":"3","te`],
  ['in the row that is cut off', `[${kept},{"id":"${DELETED}","te`, `[${kept}`],
  ['in the middle', `[${kept}, ${gone}, ${kept}`, `[${kept}, ${kept}`],
])('takes a deleted post out of an array that is cut off: %s', (_, text, left) => {
  expect(cleaned('posts.json', text)).toBe(left)
})

it('keeps the characters of the rows of an array that stay', () => {
  const spaced = '{ "id": "2",  "text": "kept" }'

  expect(cleaned('posts.json', `[\n ${gone},\n ${spaced},\n ${spaced}\n]\n`)).toBe(`[\n ${spaced},\n ${spaced}\n]\n`)
})

it('knows a row without an id by the id that it got when it was collected', () => {
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
  ['a manifest', '', `{"source":"${TEXT}","label":0,"label-metadata":{}}\n`, '{"source":"other"}\n'],
  ['a task of Label Studio', '', `{"id":1,"data":{"text":"${TEXT}"},"annotations":[]}\n`, '{"id":2,"data":{}}\n'],
])('takes a label without an id out by its text: %s', (_, header, goes, stays) => {
  const known: DeletionTargets = { ...byText, itemOfText: (text) => byText.itemOfText(text.replace(/^=/, '')) }
  const file = header + goes.replace(`'${TEXT}`, `'=${TEXT}`) + stays

  expect(labelFile(Buffer.from(file), known, 'imports/labels')?.body.toString()).toBe(header + stays)
})

it('leaves a document of a service a document', () => {
  const answers = (...contents: string[]) => JSON.stringify({ answers: contents.map((content) => ({ content })) })

  expect(anyFile(Buffer.from(answers(TEXT, 'other')), byText, '')?.body.toString()).toBe(answers('other'))
  expect(anyFile(Buffer.from(JSON.stringify({ content: TEXT })), byText, '')?.body.toString()).toBe('null\n')
})

it.each([
  ['a status of Mastodon', { uri: DELETED, account: null }],
  ['a row that was no row', `{"id":"${DELETED}","text":"cut of`],
  ['a post by another spelling', { Tweet_ID: DELETED }],
])('knows a refused row: %s', (_, row) => {
  expect(isRowGone(row, targets)).toBe(true)
  expect(isRowGone({ id: '2' }, targets)).toBe(false)
})

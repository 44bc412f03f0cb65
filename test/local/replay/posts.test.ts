import { afterAll, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { readPosts } from '../../../local/replay/posts'

const folder = mkdtempSync(path.join(tmpdir(), 'posts-'))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string): string => {
  const file = path.join(folder, name)
  writeFileSync(file, text)
  return file
}

const line = (row: object) => `${JSON.stringify(row)}\n`

it('reads JSON Lines in order of time', async () => {
  const file = write(
    'two.jsonl',
    line({
      createdAt: '2026-01-02T10:00:00Z',
      text: 'later',
      id: 7,
      hashtag: '#AWS',
      author: 'ana',
      label: 'technical',
    }) + line({ createdAt: '2026-01-01T10:00:00+02:00', text: 'earlier\u2028same line' }),
  )

  const { posts, refused } = await readPosts(file)

  expect(refused).toEqual([])
  expect(posts).toEqual([
    expect.objectContaining({
      createdAt: '2026-01-01T08:00:00.000Z',
      text: 'earlier\u2028same line',
      hashtag: 'posts',
    }),
    {
      id: '7',
      createdAt: '2026-01-02T10:00:00.000Z',
      text: 'later',
      hashtag: 'aws',
      author: 'ana',
      label: 'technical',
    },
  ])
})

it('reads CSV with quotes and line breaks in a field', async () => {
  const file = write('posts.csv', 'createdAt,text,label\r\n2026-01-01T00:00:00Z,"one, ""two""\nthree",x\r\n')

  const { posts } = await readPosts(file)

  expect(posts).toEqual([expect.objectContaining({ text: 'one, "two"\nthree', label: 'x' })])
})

it('spreads posts without dates over days', async () => {
  const file = write('undated.jsonl', [1, 2, 3].map((n) => line({ text: `post ${n}` })).join(''))

  const { posts } = await readPosts(file, { perDay: 2 })

  expect(posts.map(({ createdAt }) => createdAt)).toEqual([
    '2026-06-01T00:00:00.000Z',
    '2026-06-01T12:00:00.000Z',
    '2026-06-02T00:00:00.000Z',
  ])
})

it.each([
  ['a line that is not JSON', '{"text":', 'bad.jsonl:2: is not JSON'],
  ['a missing text', '{"createdAt":"2026-01-01T00:00:00Z"}', 'bad.jsonl:2: text: '],
  ['an invalid date', '{"createdAt":"soon","text":"x"}', 'bad.jsonl:2: createdAt: is not a date'],
  [
    'an id that JSON has rounded',
    '{"createdAt":"2026-01-01T00:00:00Z","text":"x","id":1080000000000000001}',
    'bad.jsonl:2: id: is too long for a number',
  ],
  ['an ambiguous date', '{"createdAt":"02/03/2026","text":"x"}', 'bad.jsonl:2: createdAt: '],
  ['a line that is not an object', '[1]', 'bad.jsonl:2: is not an object'],
  ['an empty text', '{"createdAt":"2026-01-01T00:00:00Z","text":" "}', 'bad.jsonl:2: text: is empty'],
  [
    'an invalid hashtag',
    '{"createdAt":"2026-01-01T00:00:00Z","text":"x","hashtag":"c++"}',
    'bad.jsonl:2: hashtag: "c++"',
  ],
  ['a list as a label', '{"createdAt":"2026-01-01T00:00:00Z","text":"x","label":["a"]}', 'bad.jsonl:2: label: '],
  ['a missing date when other rows have one', '{"text":"x"}', 'bad.jsonl:2: createdAt: is missing'],
])('refuses %s with file, line and field, and continues', async (_, bad, complaint) => {
  const good = line({ createdAt: '2026-01-01T00:00:00Z', text: 'good' })
  const file = write('bad.jsonl', `${good}${bad}\n${good}`)

  const { posts, refused } = await readPosts(file)

  expect(posts).toHaveLength(2)
  expect(refused).toEqual([expect.stringContaining(complaint)])
})

it('continues after a CSV row with stray quotes', async () => {
  const file = write('stray.csv', 'createdAt,text\n2026-01-01T00:00:00Z,an "inner quote\n2026-01-01T00:00:01Z,good\n')

  const { posts } = await readPosts(file)

  expect(posts.map(({ text }) => text)).toEqual(['an "inner quote', 'good'])
})

it('refuses a CSV row with more fields than the header, whose text may be cut off', async () => {
  const file = write('long.csv', 'createdAt,text\n2026-01-01T00:00:00Z,good\n2026-01-01T00:00:01Z,well, well\n')

  const { posts, refused } = await readPosts(file)

  expect(posts).toHaveLength(1)
  expect(refused).toEqual([expect.stringContaining('long.csv:3: 3 cells under 2 columns')])
})

it('reads what spreadsheets and other programs write', async () => {
  const csv = write('SHEET.CSV', '\uFEFFcreatedAt , text,label\r\n2026-01-01 10:00,hello, technical \r\n\r\n')
  const json = write(
    'bom.jsonl',
    `\uFEFF${line({ createdAt: '2026-01-01 10:00', text: 'hello', label: 'technical', id: null, author: null, hashtag: null })}`,
  )

  for (const file of [csv, json]) {
    expect(await readPosts(file)).toEqual({
      posts: [expect.objectContaining({ createdAt: '2026-01-01T10:00:00.000Z', text: 'hello', label: 'technical' })],
      refused: [],
    })
  }
})

it('assigns a row without a hashtag to the watched ones in its text, or else to the first', async () => {
  const file = write('tags.jsonl', line({ text: 'on #azure' }) + line({ text: 'on neither' }))

  const { posts } = await readPosts(file, { tags: ['aws', 'azure'] })

  expect(posts.map(({ hashtag }) => hashtag)).toEqual(['azure', 'aws'])
})

it('refuses a row dated after tomorrow, by the given clock', async () => {
  const file = write('later.csv', 'createdAt,text\n2026-01-03T00:00:00Z,one\n')
  const refusedAt = async (now: string) => (await readPosts(file, { now: new Date(now) })).refused.length

  expect(await refusedAt('2026-01-01T23:00:00Z')).toBe(1)
  expect(await refusedAt('2026-01-02T00:00:00Z')).toBe(0)
})

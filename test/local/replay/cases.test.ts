import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import { readPosts } from '../../../local/replay/posts'
import { makeTally } from '../../../shared/row-file/tally'

const file = (name: string) => path.join(__dirname, '../../fixtures/files', name)

/** Reads a file: the number of posts, how it was read, and what was refused or converted. */
async function read(name: string, categories?: string[]) {
  const tally = makeTally()
  let found = ''
  const { posts, refused } = await readPosts(file(name), {
    tags: ['aws'],
    categories,
    onFound: ({ words }) => (found = words),
    tally,
  })
  return { posts, refused: refused.map((line) => line.slice(file(name).length)), found, notes: tally.notes(), tally }
}

const labelsOf = (posts: { label?: string }[]) => [...new Set(posts.map(({ label }) => label ?? ''))].sort()

it("removes fastText's label prefix", async () => {
  const { posts, refused, notes } = await read('posts-fasttext-labels.csv')

  expect(refused).toEqual([])
  expect(labelsOf(posts)).toEqual(['marketing', 'technical'])
  expect(notes).toHaveLength(2)
  expect(notes[0]).toMatch(/^\d+ × label "__label__\w+" read as \w+$/)
})

it.each([
  ['posts-cp1252.csv', /is not UTF-8: line 2, byte 0xE9; save it as UTF-8$/],
  [
    'posts-two-text-columns.csv',
    /, line 1: two columns are named text\. Keep one of them\. Found: CSV with "," between cells, UTF-8, with columns id, text, createdAt, text, label\. Required for posts: text; optional: id, createdAt, .*\.$/,
  ],
])('refuses all of %s with one message', async (name, message) => {
  await expect(read(name)).rejects.toThrow(message)
})

it('refuses ids that a spreadsheet has rounded, naming the row', async () => {
  const { posts, refused, tally } = await read('posts-scientific-ids.csv')

  expect(posts).toEqual([])
  expect(refused[0]).toBe(':2: id: was rounded by a spreadsheet and names no post: export the column as text')
  expect(tally.reasons()).toEqual([
    '12 × id was rounded by a spreadsheet and names no post: export the column as text (first in line 2)',
  ])
})

it('reads the usual words for missing values as missing, and counts them', async () => {
  const { posts, refused, notes } = await read('posts-nan.csv')

  expect(posts.filter(({ label }) => label === undefined)).toHaveLength(1)
  expect(new Set(posts.map(({ hashtag }) => hashtag))).toEqual(new Set(['aws']))
  expect(posts.map(({ id }) => id)).not.toContain('nan')
  expect(refused).toEqual([
    ':2: text: is "NaN", which means an empty cell',
    ':7: createdAt: is missing, and other rows have one',
    ':8: text: is "null", which means an empty cell',
  ])
  expect(notes).toEqual([
    '2 × id "nan" read as none',
    '1 × label "NaN" read as none',
    '1 × author "NULL" read as none',
    '1 × hashtag "NaN" read as none',
  ])
})

it('keeps a label that looks like a missing value when it is a category', async () => {
  const { posts } = await read('posts-nan.csv', ['technical', 'marketing', 'NaN'])

  expect(labelsOf(posts)).toEqual(['NaN', 'marketing', 'technical'])
})

it('refuses a date before social networks existed, naming the row', async () => {
  const { posts, refused } = await read('posts-year-1.csv')

  expect(posts[0]?.createdAt).toBe('2026-06-01T00:00:00.000Z')
  expect(refused).toEqual([':21: createdAt: is before 2006: some program wrote its default date'])
})

it('reports the line number that an editor shows', async () => {
  const { posts, refused } = await read('posts-crlf-in-cell.csv')

  expect(posts.map(({ text }) => text)).toEqual(['line a\r\nline b\r\nline c #aws', 'fine one #aws'])
  expect(refused).toEqual([':6: createdAt: is not a date as in 2026-11-21T08:30:00Z'])
})

it.each([
  ['posts-semicolon.csv', 12, 'CSV with ";" between cells, UTF-8'],
  [
    'posts-other-column-names.csv',
    12,
    'CSV with "," between cells, UTF-8; id from ID, createdAt from CreatedAt, text from Text, hashtag from Hashtag, author from Author, label from Label',
  ],
  ['posts-2019-without-header.csv', 12, 'CSV with "," between cells, UTF-8, in the form of 2019 without a header'],
  ['posts-x-v2-flattened.jsonl', 12, 'JSON Lines, UTF-8; createdAt from created_at, language from lang'],
  ['posts-json-array.json', 12, 'a JSON array, UTF-8'],
])('reads %s and says how', async (name, count, words) => {
  const { posts, refused, found } = await read(name)

  expect(refused).toEqual([])
  expect(posts).toHaveLength(count)
  expect(found).toBe(words)
})

it('decodes bytes as Python prints them', async () => {
  const { posts, notes } = await read('posts-2019-without-header.csv')

  expect(posts[0]).toMatchObject({
    hashtag: 'aws',
    author: 'u0',
    text: 'now transformation ebook digital download on the #aws nr0 …',
  })
  expect(notes).toEqual([`${posts.length} × text written as b'…' decoded`])
})

it('reads author, language and retweeted post from flattened responses of X', async () => {
  const { posts } = await read('posts-x-v2-flattened.jsonl')

  expect(posts[0]).toMatchObject({ author: '55', language: 'en', retweetOf: '1' })
})

it("does not mistake the list of a post's hashtags for its collected hashtag", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hashtags-'))
  const listed = path.join(folder, 'listed.csv')
  writeFileSync(listed, `date,tweet,hashtags\n2026-01-01,on #aws and #cloud,"['aws', 'cloud']"\n`)

  const { posts, refused } = await readPosts(listed, { tags: ['aws', 'azure'] })
  rmSync(folder, { recursive: true })

  expect(refused).toEqual([])
  expect(posts).toMatchObject([{ hashtag: 'aws', text: 'on #aws and #cloud' }])
})

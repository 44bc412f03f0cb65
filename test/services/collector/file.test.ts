import { Readable } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import { fileSource } from '../../../services/collector/sources/file/file'
import { dayFrom } from '../../../services/collector/window'

const window = dayFrom('2026-06-02T00:00:00.000Z')

const sourceOf = (file: string, content: string, hashtag = 'aws', tags = ['aws', 'azure']) =>
  fileSource({ stream: async () => Readable.from([Buffer.from(content)]) }, hashtag, {
    name: 'file',
    file,
    pricePerPostUsd: 0,
    tags,
  })

const readAll = (file: string, content: string, hashtag?: string) =>
  sourceOf(file, content, hashtag).read({ window, first: true, next: null, limit: 1000 })

const at = '2026-06-02T08:00:00Z'
const jsonl = (...rows: unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n')

describe('a row of a file', () => {
  it.each([
    [
      'JSON Lines',
      'posts.jsonl',
      '\uFEFF' +
        jsonl({
          createdAt: at,
          text: 'a "b",\nc',
          id: 7,
          hashtag: '#AWS',
          author: 'x',
          language: 'en',
          retweetOf: '6',
          label: 'technical',
        }) +
        '\n\n',
    ],
    [
      'JSON Lines with the field names of X',
      'posts.jsonl',
      jsonl({
        created_at: at,
        text: 'a "b",\nc',
        id: '7',
        hashtag: 'aws',
        author_id: 'x',
        lang: 'en',
        retweet_of: '6',
      }),
    ],
    [
      'CSV',
      'posts.csv',
      `\uFEFFlabel,createdAt,text,id,hashtag,author,language,retweetOf\r\ntechnical,${at},"a ""b"",\nc",7,aws,x,en,6\r\n`,
    ],
    [
      'CSV with its columns in another order',
      'posts.csv',
      `text, id,lang,created_at,hashtag,author_id,retweet_of\n"a ""b"",\nc",7,en,2026-06-02T10:00:00+0200,aws,x,6\n`,
    ],
  ])('reads a row of %s with all its fields', async (_, file, content) => {
    expect(await readAll(file, content)).toMatchObject({
      posts: [
        {
          id: '7',
          createdAt: '2026-06-02T08:00:00.000Z',
          authorId: 'x',
          language: 'en',
          retweetOf: '6',
          source: 'file',
          text: 'a "b",\nc',
        },
      ],
      refused: [],
      read: 1,
      next: null,
    })
  })

  it.each([
    ['without a date', { text: 'x' }, 'createdAt', /is not a date/],
    ['with a date that does not exist', { text: 'x', createdAt: '2026-02-30' }, 'createdAt', /is not a date/],
    ['with seconds instead of a date', { text: 'x', createdAt: 1780000000 }, 'createdAt', /is not a date/],
    ['without a text', { createdAt: at }, 'text', /is empty/],
    ['with a blank text', { createdAt: at, text: ' \n' }, 'text', /is empty/],
    ['with a list as its text', { createdAt: at, text: ['x'] }, 'text', /./],
    ['with an id that lost digits', { createdAt: at, text: 'x', id: 2 ** 60 }, 'id', /in quotes/],
    ['with a control character in its id', { createdAt: at, text: 'x', id: 'a\nb' }, 'id', /control character/],
    ['that is a list', [1, 2], 'row', /is not an object/],
  ])('refuses a row %s, with its line and field', async (_, row, field, reason) => {
    const page = await readAll('posts.jsonl', jsonl({ createdAt: at, text: 'good', id: '1' }, row))

    expect(page).toMatchObject({
      posts: [{ id: '1' }],
      refused: [{ line: 2, field, reason: expect.stringMatching(reason) }],
    })
  })

  it('refuses a row that is not valid JSON or CSV, and continues with the next one', async () => {
    const good = { createdAt: at, text: 'good', id: '1' }
    const csv = `createdAt,text,id\n${at},short\n${at},good,1\n${at},one,too,many\n${at},"a"b,3\n${at},good,2\n${at},"open\n`

    expect(await readAll('posts.jsonl', `{"createdAt":\n${jsonl(good)}`)).toMatchObject({
      posts: [{ id: '1' }],
      refused: [{ line: 1, field: 'row', reason: 'is not JSON' }],
    })
    expect(await readAll('posts.csv', csv)).toMatchObject({
      posts: [{ id: '1' }, { id: '2' }, { id: '3', text: '"a"b' }],
      refused: [
        {
          field: 'row',
          line: 2,
          row: `${at},short
`,
        },
        { field: 'row', line: 4 },
        { field: 'row', line: 7 },
      ],
    })
  })

  it('drops the label of a row before the row is stored', async () => {
    const page = await readAll(
      'posts.jsonl',
      jsonl({ createdAt: at, text: '', label: 'technical' }, { createdAt: at, text: 'x', label: 'technical' }),
    )

    expect(JSON.stringify(page)).not.toContain('technical')
  })

  it('refuses a row without a valid date once, with the first day of the first hashtag', async () => {
    const content = jsonl({ text: 'x' })
    const refused = async (hashtag: string, first: boolean) => {
      const page = await sourceOf('posts.jsonl', content, hashtag).read({ window, first, next: null, limit: 9 })
      return 'refused' in page ? page.refused.length : undefined
    }

    expect(await refused('aws', true)).toBe(1)
    expect(await refused('aws', false)).toBe(0)
    expect(await refused('azure', true)).toBe(0)
  })
})

describe('the id of a row', () => {
  it('derives a missing id from the content: stable across reads, distinct for two equal rows', async () => {
    const row = { createdAt: at, text: 'x' }
    const ids = async () => {
      const page = await readAll('posts.jsonl', jsonl(row, { ...row, text: 'y' }, row))
      return 'posts' in page ? page.posts.map(({ id }) => id) : []
    }

    expect(new Set(await ids()).size).toBe(3)
    expect(await ids()).toEqual(await ids())
  })

  it('refuses an id that occurs a second time', async () => {
    const page = await readAll(
      'posts.jsonl',
      jsonl({ createdAt: at, text: 'x', id: '1' }, { createdAt: at, text: 'y', id: '1' }),
    )

    expect(page).toMatchObject({
      posts: [{ text: 'x' }],
      refused: [{ line: 2, field: 'id', reason: 'is already in line 1' }],
    })
  })
})

describe('the hashtags of a row', () => {
  it.each([
    ['the hashtag it names', { hashtag: 'azure', text: '#aws' }, ['azure']],
    ['each hashtag it names', { hashtag: 'azure, #AWS', text: 'x' }, ['aws', 'azure']],
    ['each hashtag that its text contains', { text: 'from #AWS to #Azure' }, ['aws', 'azure']],
    ['no hashtag of which its text has only a longer one', { text: '#awsome #azure_functions #azure' }, ['azure']],
    ['the first hashtag when it has none', { text: 'no hashtag at all' }, ['aws']],
    ['no hashtag when it names an unknown one', { hashtag: 'gcp', text: '#aws' }, []],
  ])('a row belongs to %s', async (_, row, hashtags) => {
    const content = jsonl({ createdAt: at, id: '1', ...row })
    const found = []
    for (const hashtag of ['aws', 'azure']) {
      const page = await readAll('posts.jsonl', content, hashtag)
      if ('posts' in page && page.posts.length > 0) found.push(hashtag)
    }

    expect(found).toEqual(hashtags)
  })
})

describe('the pages of a file', () => {
  const rows = Array.from({ length: 10 }, (_, i) => ({
    createdAt: `2026-06-02T0${9 - i}:00:00Z`,
    text: `t${i}`,
    id: `${i}`,
  }))

  it('reads pages back in time, and each page continues where the last one ended', async () => {
    const source = sourceOf('posts.jsonl', jsonl(...rows))
    const ids: string[] = []
    let next: string | null = null
    do {
      const page = await source.read({ window, first: true, next, limit: 4 })
      if (!('posts' in page)) throw new Error('no page')
      ids.push(...page.posts.map(({ id }) => id))
      next = page.next
    } while (next)

    expect(ids).toEqual(['9', '8', '7', '6', '5', '4', '3', '2', '1', '0'])
    expect(await source.count(window)).toBe(10)
  })

  it('neither repeats nor loses a post when the file grows before the cursor', async () => {
    const first = await sourceOf('posts.jsonl', jsonl(...rows)).read({ window, first: true, next: null, limit: 4 })
    const next = 'posts' in first ? first.next : null

    const changed = [{ createdAt: '2026-06-02T00:30:00Z', text: 'late', id: 'late' }, ...rows.slice(0, 8)]
    const second = await sourceOf('posts.jsonl', jsonl(...changed)).read({ window, first: true, next, limit: 100 })

    expect('posts' in second && second.posts.map(({ id }) => id)).toEqual(['5', '4', '3', '2', '1', '0'])
  })

  it('reports refused rows on the first page only', async () => {
    const source = sourceOf('posts.jsonl', jsonl(...rows, { createdAt: at, text: '' }))
    const first = await source.read({ window, first: true, next: null, limit: 4 })
    const second = await source.read({ window, first: true, next: 'next' in first ? first.next : null, limit: 4 })

    expect([first, second]).toMatchObject([{ refused: [{ line: 11 }] }, { refused: [] }])
  })
})

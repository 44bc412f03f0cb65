import { Readable } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { type Post, postsFromCsv, postsOfRun, postsToCsv } from '../../shared/posts'
import { shownText, tokenise } from '../../shared/text'

const post: Post = {
  id: '1',
  createdAt: '2026-06-02T08:00:00.000Z',
  authorId: '7',
  language: 'en',
  retweetOf: '',
  source: 'x',
  text: 'plain',
}
const read = async (csv: string | Readable) => {
  const posts: Post[] = []
  for await (const each of postsFromCsv(csv)) posts.push(each)
  return posts
}

describe('posts as CSV', () => {
  it('have a header, and CR LF after each record', () => {
    expect(postsToCsv([post])).toBe(
      'id,created_at,author_id,language,retweet_of,source,text\r\n1,2026-06-02T08:00:00.000Z,7,en,,x,plain\r\n',
    )
    expect(postsToCsv([])).toBe('id,created_at,author_id,language,retweet_of,source,text\r\n')
  })

  it('have a last column for paid partnerships when a post is one', async () => {
    const csv = postsToCsv([post, { ...post, id: '2', paidPartnership: 'yes' }])

    expect(csv.split('\r\n')).toEqual([
      'id,created_at,author_id,language,retweet_of,source,text,paid_partnership',
      '1,2026-06-02T08:00:00.000Z,7,en,,x,plain,',
      '2,2026-06-02T08:00:00.000Z,7,en,,x,plain,yes',
      '',
    ])
    expect((await read(csv)).map(({ paidPartnership }) => paidPartnership)).toEqual(['', 'yes'])
  })

  it('show a paid partnership as a word before the text, which is unchanged', async () => {
    const csv = postsToCsv([post, { ...post, id: '2', text: 'RT @a: R&amp;D', paidPartnership: 'yes' }])
    const objects = { stream: async () => Readable.from([csv]) }
    const shown: string[] = []
    for await (const each of postsOfRun(objects, {
      objects: [{ key: 'k', posts: 2, sha256: '' }],
      textEncoding: 'html',
    })) {
      shown.push(each.shown)
      if (each.id === '2') {
        expect(each.text).toBe('RT @a: R&amp;D')
        expect(tokenise(each.shown)).toContain('paid_partnership')
        expect(shownText(each.shown)).toBe(each.shown)
      }
    }

    expect(shown).toEqual(['plain', '[paid_partnership] R&D'])
  })

  it.each([
    'a,b',
    'a "b"',
    'a\nb',
    'a\rb',
    'a\r\nb',
    ' a ',
    '"',
    '',
    "l'été 🚀\u2028",
    '\uFEFFa',
    '=1+1',
    '__label__x',
  ])('round-trip %j', async (text) => {
    expect(await read(postsToCsv([{ ...post, text }, post]))).toEqual([{ ...post, text }, post])
  })

  it.each(['a\nb', 'a\rb', 'a\r\nb', 'a,b', 'a"b'])('quote %j, as RFC 4180 requires', (text) => {
    expect(postsToCsv([{ ...post, text }])).toContain(`,"${text.replaceAll('"', '""')}"\r\n`)
  })

  it('round-trip any text, however the stream is split', async () => {
    const texts = fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 50 }), async (given, size) => {
        const posts = given.map((text, i) => ({ ...post, id: `${i}`, text }))
        const bytes = Buffer.from(postsToCsv(posts))
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        )

        expect(await read(Readable.from(pieces))).toEqual(posts)
      }),
      { numRuns: 30 },
    )
  })

  it('are read identically by an independent CSV reader', () => {
    const [, row] = parse(postsToCsv([{ ...post, text: 'a\n"b",\r\nc' }]), {
      record_delimiter: ['\r\n', '\n'],
    }) as string[][]

    expect(row?.at(-1)).toBe('a\n"b",\r\nc')
  })

  it('name the line and the field of a malformed post', async () => {
    const csv = postsToCsv([post, { ...post, text: 'two\nlines' }]) + '3,yesterday,7,en,,x,text\r\n'

    await expect(read(csv)).rejects.toThrow(/OBJECT_INVALID: posts, line 5: .*\n.*createdAt/)
  })

  it('fail when their stream fails', async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error('cut off'))
      },
    })

    await expect(read(broken)).rejects.toThrow('cut off')
  })
})

it.each(['constructor', '__proto__'])(
  'reads posts beside a column of a later release that is called %s',
  async (name) => {
    const [header, row] = postsToCsv([post]).split('\r\n')

    expect(await read(`${header},${name}\r\n${row},a\r\n`)).toEqual([post])
  },
)

import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { gzipped, lineOf, putIfChanged, putRows } from '../../../shared/sql-tables/rows'
import { columnsOf, type SqlRow, SQL_TABLES, TABLE_NAMES } from '../../../shared/sql-tables/tables'
import { testBucket } from '../bucket'

const row = (text: string): SqlRow<'posts'> => ({
  post_id: '1',
  created_at: '2026-11-21T08:00:00.000Z',
  author_id: 'a',
  language: 'en',
  repeats: null,
  source: 'sample',
  paid_partnership: false,
  run: 'one',
  message: '0011223344556677',
  text,
})

/** A text, and the same text as SQL reads it. */
const TEXTS: [string, string, string][] = [
  ['line feeds', 'one\ntwo\r\nthree\rfour', 'one\ntwo\r\nthree\rfour'],
  ['quotes and backslashes', '"a" \\ \'b\' \\n \\" \\\\', '"a" \\ \'b\' \\n \\" \\\\'],
  ['line separators of Unicode', 'a\u2028b\u2029c\u0085d', 'a\u2028b\u2029c\u0085d'],
  ['a NUL', 'a\0b', 'a\uFFFDb'],
  ['half of a surrogate pair', 'a\uD800b \uDC00', 'a\uFFFDb \uFFFD'],
  ['emoji', '👩‍👩‍👧 🇪🇺', '👩‍👩‍👧 🇪🇺'],
  ['two million characters', 'x'.repeat(2_000_000), 'x'.repeat(2_000_000)],
  ['nothing', '', ''],
]

describe('a JSON row of a table', () => {
  it.each(TEXTS)('is one line for every reader when it has %s, and round-trips', (_, text, read) => {
    const line = lineOf('posts', row(text))

    expect(line.endsWith('\n')).toBe(true)
    expect(line.slice(0, -1)).not.toMatch(/[\n\r\u0085\u2028\u2029]/)
    expect(JSON.parse(line)).toEqual({ ...row(text), text: read })
  })

  it("is one line of well-formed text, whatever the post's text", () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = lineOf('posts', row(text))
        expect(line.slice(0, -1)).not.toMatch(/[\n\r\u0085\u2028\u2029]/)
        expect(JSON.parse(Buffer.from(line).toString('utf8'))).toMatchObject({
          text: text.toWellFormed().replaceAll('\0', '\uFFFD'),
        })
      }),
    )
  })

  it('has every column of its table, in the order of the table', () => {
    const { text: _, ...rest } = row('a')
    const given: SqlRow<'posts'> = { text: 'a', ...rest }

    expect(Object.keys(JSON.parse(lineOf('posts', given)))).toEqual(columnsOf('posts').map(([name]) => name))
  })
})

describe('compressed rows of a table', () => {
  async function* streamed(rows: SqlRow<'posts'>[]) {
    yield* rows
  }
  const rows = TEXTS.map(([, text]) => row(text))

  it('are deterministic: they contain neither a time nor an operating system', () => {
    const bytes = gzipped('posts', rows)

    expect(bytes.equals(gzipped('posts', rows))).toBe(true)
    expect([...bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
  })

  it('are the same streamed as written at once', async () => {
    const bucket = testBucket()
    await putRows(bucket, 'one', 'posts', streamed(rows))
    await putRows(bucket, 'two', 'posts', streamed(rows))
    const [one, two] = [await bucket.read('one'), await bucket.read('two')]

    expect(one!.body.equals(two!.body)).toBe(true)
    expect([...one!.body.subarray(3, 10)]).toEqual([0, 0, 0, 0, 0, 0, 255])
    expect(gunzipSync(one!.body).equals(gunzipSync(gzipped('posts', rows)))).toBe(true)
  })

  it('fail when their source fails', async () => {
    const broken = async function* (): AsyncIterable<SqlRow<'posts'>> {
      yield row('a')
      throw new Error('the page is gone')
    }

    await expect(putRows(testBucket(), 'one', 'posts', broken())).rejects.toThrow('the page is gone')
  })

  it('are not rewritten when they are unchanged', async () => {
    const bucket = testBucket()
    for (const text of ['a', 'a', 'b']) await putIfChanged(bucket, 'one', 'posts', [row(text)])

    expect(bucket.written).toEqual(['one', 'one'])
  })
})

describe('the SQL tables', () => {
  it.each(TABLE_NAMES)(
    'have names that every reader accepts unchanged in %s, with a description of each column',
    (name) => {
      const { comment, partitions } = SQL_TABLES[name]
      const columns = columnsOf(name)

      for (const [column, { comment: about }] of columns) {
        expect(column).toMatch(/^[a-z][a-z0-9_]*$/)
        expect(about).toMatch(/^.{3,255}$/)
        expect(partitions).not.toContain(column)
      }
      expect(comment.length).toBeLessThan(256)
    },
  )

  it('have texts and authors in one table only, which says so', () => {
    const personal = TABLE_NAMES.filter((name) => SQL_TABLES[name].personal)
    const telling = TABLE_NAMES.filter((name) => columnsOf(name).some(([column]) => /^(text|author_id)$/.test(column)))

    expect(telling).toEqual(personal)
    expect(personal).toEqual(['posts'])
  })
})

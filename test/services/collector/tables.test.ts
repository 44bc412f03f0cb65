import { gunzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { writeRunTables } from '../../../services/collector/tables'
import { keys } from '../../../shared/keys'
import { type RunRecord, runRecord } from '../../../shared/records'
import type { SqlRow } from '../../../shared/sql-tables/tables'
import { aPost, putRun } from '../../given'
import { type TestBucket, testBucket } from '../../shared/bucket'

const STREAM = { hashtag: 'aws' }
const DAY = { ...STREAM, date: '2026-11-21' }
const POSTS = keys.tableOfPosts({ stream: 'mastodon', ...DAY })
const WILD = 'a\n"b" \\ \u2028 \0 \uD800 &amp; <b> 👩‍👩‍👧'

let bucket: TestBucket
beforeEach(() => {
  bucket = testBucket()
})

const recordOf = (run: string, into = bucket): Promise<RunRecord> => into.readJson(keys.run({ ...DAY, run }), runRecord)
const write = async (run: string, into = bucket) =>
  writeRunTables(into, [{ ...STREAM, stream: 'mastodon' }, STREAM], await recordOf(run, into))
async function rowsAt(key: string, from = bucket): Promise<SqlRow<'posts'>[]> {
  const lines = gunzipSync((await from.read(key))!.body)
    .toString()
    .split('\n')
    .slice(0, -1)
  return lines.map((line) => JSON.parse(line) as SqlRow<'posts'>)
}

describe('the table of posts', () => {
  it('has the posts that run.json counts, with their shown text', async () => {
    const repeat = aPost('2', WILD, { retweetOf: '1', paidPartnership: 'yes' })
    await putRun(bucket, { pages: [[aPost('1', WILD)], [repeat, aPost('3', 'x'.repeat(100_000))]] })

    await write('one')

    const rows = await rowsAt(POSTS)
    expect(rows).toHaveLength((await recordOf('one')).posts)
    expect(rows.map(({ post_id: id }) => id)).toEqual(['1', '2', '3'])
    expect(rows[0]).toMatchObject({ repeats: null, paid_partnership: false, run: 'one' })
    expect(rows[0]?.text).toContain('"b" \\')
    expect(rows[0]?.text).toContain('& <b> 👩‍👩‍👧')
    expect(rows[0]?.text).not.toMatch(/[\0\uD800]/u)
    expect(rows[1]).toMatchObject({ repeats: '1', paid_partnership: true, message: rows[0]?.message })
    expect(rows[2]?.text).toHaveLength(100_000)
  })

  it('has each post of a day once, in whatever order and however often its runs finish', async () => {
    const pages = { one: [[aPost('1'), aPost('2')]], two: [[aPost('2'), aPost('3')]] }
    await putRun(bucket, { run: 'one', pages: pages.one })
    await write('one')
    await putRun(bucket, { run: 'two', pages: pages.two })
    await write('two')
    await write('one')
    const other = testBucket()
    await putRun(other, { run: 'two', pages: pages.two })
    await write('two', other)
    expect((await rowsAt(POSTS, other)).map(({ post_id: id }) => id)).toEqual(['2', '3'])
    await putRun(other, { run: 'one', pages: pages.one })
    await write('one', other)

    expect((await rowsAt(POSTS)).map(({ post_id: id, run }) => `${id} ${run}`)).toEqual(['1 one', '2 one', '3 two'])
    expect((await other.read(POSTS))?.body.equals((await bucket.read(POSTS))!.body)).toBe(true)
  })

  it('has no object for a day without posts', async () => {
    await putRun(bucket, { pages: [] })

    await write('one')

    expect(bucket.written.filter((key) => key.startsWith('tables/'))).toEqual([
      keys.tableOfRuns({ stream: 'mastodon', ...DAY, run: 'one' }),
    ])
  })
})

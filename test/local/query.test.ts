import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3'
import { type Cloud, createCloud } from '../../local/cloud'
import { asOwner } from '../../local/owner'
import { runQuery } from '../../local/query/duckdb'
import { namedQueries } from '../../local/query/named'
import { parseQueryOptions } from '../../local/query/options'
import { shown } from '../../local/query/show'
import { tablesIn } from '../../local/query/sources'
import { keys } from '../../shared/keys'
import { type Objects, s3Objects } from '../../shared/objects'
import { gzipped, GZIP } from '../../shared/sql-tables/rows'
import { columnsOf, type SqlRow, SQL_TABLES, TABLE_NAMES, type TableName } from '../../shared/sql-tables/tables'

const folder = mkdtempSync(path.join(tmpdir(), 'bellwether-query-'))
const dataDir = path.join(folder, "a cloud's")
const WILD = 'a\n"b" \\ \u2028 \0 \uD800 \u001b[31mred\u0007 \u202Eesrever,; \u009b'
const LONG = 'x'.repeat(20_000_000)

let cloud: Cloud
let objects: Objects

const emptyRow = <N extends TableName>(name: N): SqlRow<N> =>
  Object.fromEntries(columnsOf(name).map(([column]) => [column, null])) as SqlRow<N>
const put = <N extends TableName>(name: N, key: string, rows: Partial<SqlRow<N>>[]) =>
  objects.put(
    key,
    gzipped(
      name,
      rows.map((row) => ({ ...emptyRow(name), ...row })),
    ),
    GZIP,
  )
const at = (hashtag: string, date: string) => ({ stream: 'mastodon', hashtag, date })

beforeAll(async () => {
  cloud = await createCloud({ dataDir })
  const client = new S3Client(asOwner(cloud))
  await client.send(new CreateBucketCommand({ Bucket: 'bellwether-test' }))
  await client.send(
    new PutBucketVersioningCommand({ Bucket: 'bellwether-test', VersioningConfiguration: { Status: 'Enabled' } }),
  )
  objects = s3Objects(client, 'bellwether-test')
  await objects.put('raw/hashtag=aws/date=2026-11-21/run=one/run.json', '{}')
  const post = (id: string, text: string, message: string) => ({ post_id: id, text, message, author_id: `by ${id}` })
  // The posts that a second run of the day replaced.
  await put('posts', keys.tableOfPosts(at('aws', '2026-11-21')), [post('0', 'replaced', 'm0')])
  await put('posts', keys.tableOfPosts(at('aws', '2026-11-21')), [post('1', WILD, 'm1'), post('2', WILD, 'm1')])
  await put('posts', keys.tableOfPosts(at('aws', '2026-11-22')), [post('3', LONG, 'm2')])
  await put('posts', keys.tableOfPosts(at('größe_日本', '2026-11-21')), [post('4', "it's", 'm3')])
  await put('runs', keys.tableOfRuns({ ...at('aws', '2026-11-21'), run: 'one' }), [
    { posts: 2, existing: 3, cost_usd: 0.02, complete: false, stopped_by: 'posts per day' },
  ])
  await put('batches', keys.tableOfBatches({ date: '2026-11-21', batch: '2026-11-21' }), [{ cost_usd: 1.5 }])
  await put('models', keys.tableOfModels({ date: '2026-11-22', job: 'j' }), [
    { job: 'j', verdict: 'promoted', macro_f1: 0.87654321, training_usd: null },
  ])
  const judged = (annotator: string, message: string, label: string | null) => ({
    batch: '2026-11-21',
    annotator,
    message,
    label,
    purpose: 'label',
  })
  const judgements = [
    judged('ann', 'm1', 'technical'),
    judged('bob', 'm1', 'marketing'),
    judged('ann', 'm2', 'technical'),
    judged('bob', 'm2', 'technical'),
    judged('ann', 'm3', null),
  ]
  for (const hashtag of ['aws', 'azure']) {
    const key = keys.tableOfJudgements({ ...at(hashtag, '2026-11-21'), batch: '2026-11-21' })
    await put('judgements', key, judgements)
  }
  await put('shares', keys.tableOfShares(at('aws', '2026-11-21')), [
    { period: 'day', basis: 'posts', label: 'technical', share: 0.41, low: 0.3, high: 0.52, state: 'reported' },
    { period: 'week', basis: 'posts', label: 'technical', share: 0.4, state: 'reported' },
  ])
})

afterAll(async () => {
  await cloud?.close()
  rmSync(folder, { recursive: true, force: true })
})

const ask = (sql: string) => runQuery(tablesIn(dataDir), sql)
const rowsOf = async (sql: string) => (await ask(sql)).rows

describe('a query', () => {
  it('reads the current posts of a running cloud, with the columns of their key', async () => {
    expect(await rowsOf('select stream, hashtag, day, post_id from posts order by post_id')).toEqual([
      ['mastodon', 'aws', '2026-11-21', '1'],
      ['mastodon', 'aws', '2026-11-21', '2'],
      ['mastodon', 'aws', '2026-11-22', '3'],
      ['mastodon', 'größe_日本', '2026-11-21', '4'],
    ])
  })

  it('reads texts as they were posted, with replacement characters for invalid ones', async () => {
    expect(await rowsOf("select text from posts where post_id in ('1', '4') order by post_id")).toEqual([
      [WILD.toWellFormed().replaceAll('\0', '\uFFFD')],
      ["it's"],
    ])
    expect(await rowsOf("select length(text) from posts where post_id = '3'")).toEqual([[LONG.length]])
  })

  it.each([
    ['select sum(posts) as sum, count(*) as count, avg(cost_usd) as mean from runs', [2, 1, 0.02]],
    ['select complete, stopped_by, window_from from runs', [false, 'posts per day', null]],
    ['select cast(9007199254740993 as bigint) as big', ['9007199254740993']],
    ["select cast('2026-11-21' as date) as day", ['2026-11-21T00:00:00.000Z']],
    ["select count(*) from labels where day > '2020-01-01'", [0]],
    ['select [1, 2] as list', ['[1,2]']],
  ])('answers %s', async (sql, row) => {
    expect(await rowsOf(sql)).toEqual([row])
  })

  it.each(TABLE_NAMES)('can select every column of the table %s, even when nothing was written', async (name) => {
    const { columns } = await ask(`select * from ${name} limit 0`)

    expect(columns).toEqual([...columnsOf(name).map(([column]) => column), ...SQL_TABLES[name].partitions])
  })

  it.each([
    ['selct 1', /syntax error at or near "selct"/],
    ['select nothing from posts', /column "nothing" not found/],
    ['select 1; select 2', /^one query at a time/],
    ["copy (select 1) to 'x.csv'", /only read|disabled by configuration/],
    ['drop view posts', /tables are read-only/],
    ['insert into posts select * from posts', /only read|not an? table|not a base table/i],
    ['install httpfs', /tables are read-only/],
    ['set enable_external_access = true', /tables are read-only/],
    ["select * from read_csv('/etc/passwd')", /disabled by configuration/],
    ["select * from read_json('https://example.org/x.json')", /disabled by configuration|httpfs/],
  ])("refuses %s with DuckDB's error or its own", async (sql, words) => {
    await expect(ask(sql)).rejects.toThrow(words)
  })
})

describe('named queries', () => {
  const byName = (name: string) => namedQueries().find((one) => one.name === name)?.sql ?? ''

  it.each(namedQueries().map(({ name, about }) => [name, about]))('%s runs: %s', async (name, about) => {
    expect(about).toMatch(/^[A-Z].*\.$/)
    await expect(ask(byName(name))).resolves.toMatchObject({ columns: expect.any(Array) })
  })

  it.each([
    ['share-by-day', [['2026-11-21', 'mastodon', 'aws', 'technical', 0.41, 0.3, 0.52, null, null, 'reported']]],
    [
      'disagreement-by-annotator',
      [
        ['ann', 2, 1, 0.5],
        ['bob', 2, 1, 0.5],
      ],
    ],
    [
      'spend',
      [
        ['2026-11-21', 0.02, 1.5, 0, 1.52],
        ['2026-11-22', 0, 0, 0, 0],
      ],
    ],
    ['collected', [['2026-11-21', 'mastodon', 'aws', 2, 3, null, null, 'no', 'posts per day', 0.02]]],
    ['models', [['2026-11-22', 'j', null, 'promoted', 0.8765, null, null, null, null, null, null]]],
  ])('%s returns the expected rows', async (name, rows) => {
    expect(await rowsOf(byName(name))).toEqual(rows)
  })

  it('find the repeated message of two authors', async () => {
    const { columns, rows } = await ask(byName('most-repeated-messages'))

    expect(rows).toHaveLength(1)
    expect(Object.fromEntries(columns.map((column, i) => [column, rows[0]?.[i]]))).toMatchObject({
      times: 2,
      authors: 2,
      message: 'm1',
    })
  })
})

describe('the output of a query', () => {
  it.each(['table', 'csv', 'json'] as const)('contains no control character of a text (as %s)', async (form) => {
    const text = shown(await ask("select post_id, text from posts where post_id = '1'"), form)

    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
  })

  it('is one object per line as JSON, and round-trips', async () => {
    const text = shown(
      await ask("select post_id, text from posts where day = '2026-11-21' and hashtag = 'aws'"),
      'json',
    )

    const lines = text.split('\n').slice(0, -1)
    expect(lines).toHaveLength(2)
    expect(JSON.parse(lines[0]!)).toEqual({ post_id: '1', text: WILD.toWellFormed().replaceAll('\0', '\uFFFD') })
  })

  it('contains no formula that a spreadsheet would run as CSV', () => {
    expect(shown({ columns: ['a', 'b'], rows: [['=cmd()', -1]] }, 'csv')).toBe("a,b\r\n'=cmd(),-1\r\n")
  })

  it('quotes quotes and line breaks as CSV', () => {
    expect(shown({ columns: ['a', 'b'], rows: [['x "y"\nz', null]] }, 'csv')).toBe('a,b\r\n"x ""y""\nz",\r\n')
  })

  it('has a heading, one line per row, and a count as a table', () => {
    expect(
      shown(
        {
          columns: ['day', 'n'],
          rows: [
            ['a\nb', 1],
            ['c', 10],
          ],
        },
        'table',
      ).split('\n'),
    ).toEqual(['day    n', '────  ──', String.raw`a\nb   1`, 'c     10', '(2 rows)', ''])
  })
})

describe('a data folder for queries', () => {
  it('is reported when it does not exist', () => {
    expect(() => tablesIn(path.join(folder, 'nowhere'))).toThrow(
      /^there is no folder .*nowhere; name the data folder of a cloud with --data$/,
    )
  })

  it('is reported when it belongs to something else', () => {
    expect(() => tablesIn(folder)).toThrow(/is no data folder of a cloud/)
  })

  it('explains when tables will exist while it has none', () => {
    const empty = path.join(folder, 'empty')
    mkdirSync(path.join(empty, 's3/bucket'), { recursive: true })
    writeFileSync(path.join(empty, 's3/bucket/changes.jsonl'), '')

    expect(() => tablesIn(empty)).toThrow(/^no tables yet in /)
  })

  it('is read up to a half-written last change', async () => {
    const half = path.join(folder, 'half')
    mkdirSync(path.join(half, 's3/bucket'), { recursive: true })
    const put = { put: { kind: 'object', key: 'tables/runs/x', versionId: '1', blob: 'b' } }
    const gone = { put: { kind: 'delete marker', key: 'tables/posts/x', versionId: '2' } }
    writeFileSync(
      path.join(half, 's3/bucket/changes.jsonl'),
      `${JSON.stringify(put)}\n${JSON.stringify(gone)}\n${JSON.stringify(put).slice(0, 60)}`,
    )

    expect(tablesIn(half)).toMatchObject({ runs: [{ file: path.join(half, 's3/bucket/blobs/b') }], posts: [] })
  })
})

describe('the options of a query', () => {
  it.each([
    [['--csv', '--json', 'x'], 'choose one'],
    [['select', '1'], 'in quotes'],
    [['--nope'], 'nope'],
  ])('are refused: %j', (argv, words) => {
    expect(parseQueryOptions(argv)).toEqual({ problem: expect.stringContaining(words) })
  })

  it.each([
    [[], { query: undefined, data: undefined, form: 'table' }],
    [['--data', 'd', '--csv', 'select 1'], { query: 'select 1', data: 'd', form: 'csv' }],
    [['--help'], 'help'],
  ])('are parsed: %j', (argv, options) => {
    expect(parseQueryOptions(argv)).toEqual(options)
  })
})

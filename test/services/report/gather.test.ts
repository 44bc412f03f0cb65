import { beforeEach, describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gathering } from '../../../services/report/gather'
import type { ReportOverview } from '../../../services/report/overview'
import { keys } from '../../../shared/keys'
import { parseSettings } from '../../../shared/settings'
import { book } from '../../../shared/state/ledger'
import type { Table } from '../../../shared/table'
import { type TestBucket, testBucket } from '../../shared/bucket'
import { memoryTable } from '../../shared/memory-table'
import { type Story, tell } from './stories'

const settings = parseSettings(readFileSync(path.resolve('bellwether.yml'), 'utf8'))

let bucket: TestBucket
let table: Table

beforeEach(() => {
  bucket = testBucket()
  table = memoryTable()
})

const seen = (now: string): Promise<ReportOverview> => gathering({ objects: bucket, table, settings })(new Date(now))

const twoWeeks: Story = { from: '2026-11-09', days: 14, verdicts: ['provisional', 'rejected', 'promoted'] }

describe('the data sent to the report page', () => {
  it('is complete when there is nothing yet', async () => {
    expect(await seen('2026-11-22T10:00:00Z')).toMatchObject({
      streams: ['aws', 'azure'].map((tag) => ({ hashtag: tag, stream: 'file', topic: tag, watched: true })),
      days: [],
      latest: [],
      champion: null,
      models: [],
      batches: [],
      waiting: [],
      unreadable: [],
      spending: [{ kind: 'posts', of: '2026-11-22', day: 0, month: 0, perDay: 2000, perMonth: 60_000 }, {}, {}, {}],
    })
  })

  it('has the days, the newest report of each hashtag, and models and batches, newest first', async () => {
    await tell(bucket, table, { ...twoWeeks, missing: ['azure 2026-11-22'] })
    const { days, latest, models, batches, champion } = await seen('2026-11-23T10:00:00Z')

    expect(days).toHaveLength(27)
    expect(latest.map(({ hashtag, date }) => `${hashtag} ${date}`)).toEqual(['aws 2026-11-22', 'azure 2026-11-21'])
    expect(models.map(({ verdict }) => verdict)).toEqual(['promoted', 'rejected', 'promoted'])
    expect(champion?.job).toBe(models[0]?.job)
    expect(batches[0]?.batch).toBe('2026-11-22')
  })

  it('is bounded: sixty days, thirty models, thirty batches', async () => {
    await tell(bucket, table, { from: '2026-08-01', days: 100, verdicts: Array.from({ length: 40 }, () => 'promoted') })
    const { days, models, batches } = await seen('2026-11-09T10:00:00Z')

    expect([...new Set(days.map(({ date }) => date))]).toHaveLength(60)
    expect(models).toHaveLength(30)
    expect(batches).toHaveLength(30)
  })

  it('has the requested days, however old, and the day to compare the last one with', async () => {
    await tell(bucket, table, { from: '2026-08-01', days: 100, verdicts: ['promoted'] })
    const gather = gathering({ objects: bucket, table, settings })
    const now = new Date('2026-11-09T10:00:00Z')
    const datesOf = ({ days }: ReportOverview) => [...new Set(days.map(({ date }) => date))]

    const august = await gather(now, { from: '2026-08-03', to: '2026-08-10', against: '2026-08-01' })
    expect(datesOf(august)).toHaveLength(8)
    expect(august.latest.map(({ date }) => date)).toEqual(['2026-08-10', '2026-08-10'])
    expect(august.against.map(({ date, topic }) => `${date} ${topic}`)).toEqual(['2026-08-01 aws', '2026-08-01 azure'])
    expect(august.reported).toEqual({ first: '2026-08-01', last: '2026-11-08' })
    expect(datesOf(await gather(now, { from: '2026-08-01' }))).toHaveLength(100)
    expect(datesOf(await gather(now, { to: '2026-10-20' })).at(-1)).toBe('2026-10-20')
  })

  it('compares the newest day with the one seven days before', async () => {
    await tell(bucket, table, twoWeeks)

    expect((await seen('2026-11-23T10:00:00Z')).against.map(({ date }) => date)).toEqual(['2026-11-15', '2026-11-15'])
  })

  it('says why a day is incomplete', async () => {
    await tell(bucket, table, { ...twoWeeks, partial: { 'aws 2026-11-12': 0.6 } })

    expect((await seen('2026-11-23T10:00:00Z')).incomplete).toEqual([
      {
        hashtag: 'aws',
        stream: 'file',
        topic: 'aws',
        date: '2026-11-12',
        words: expect.stringContaining('cap on posts'),
      },
    ])
  })

  it('names what cannot be read, and has all the rest', async () => {
    await tell(bucket, table, twoWeeks)
    await bucket.put(keys.champion({}), '{"job":1}')
    await bucket.put(keys.report({ hashtag: 'aws', date: '2026-11-22' }), 'cut sh')
    const { unreadable, days, latest, champion } = await seen('2026-11-23T10:00:00Z')

    expect(unreadable).toEqual([
      expect.stringContaining('champion.json'),
      expect.stringContaining('reports/hashtag=aws/date=2026-11-22.json is not JSON'),
    ])
    expect(champion).toBeNull()
    expect(latest.map(({ hashtag }) => hashtag)).toEqual(['azure'])
    expect(days).toHaveLength(28)
  })

  it('says what waits at the desk, and what was spent', async () => {
    await tell(bucket, table, { ...twoWeeks, waiting: true, spentPosts: 1800, spentJudgements: 90 })
    const { waiting, spending } = await seen('2026-11-23T10:00:00Z')

    expect(waiting).toEqual([{ batch: '2026-11-22', deadline: '2026-11-23T21:00:00Z', items: 60, answered: 0 }])
    expect(spending[0]).toMatchObject({ kind: 'posts', of: '2026-11-23', day: 1800, month: 1800, perDay: 2000 })
    expect(spending[2]).toMatchObject({ kind: 'judgements', of: '2026-11-22', day: 90, month: 90, perDay: 420 })
  })

  it('has the counts of a source with its own caps', async () => {
    const own = parseSettings(
      readFileSync(path.resolve('bellwether.yml'), 'utf8').replace(
        'file: sample.jsonl }',
        'file: sample.jsonl, caps: { posts: { perDay: 9, perMonth: 90 } } }',
      ),
    )
    await book(table, { kind: 'posts of sample', perDay: 9, perMonth: 90 }, '2026-11-22', 'a page', 7)
    const { spending } = await gathering({ objects: bucket, table, settings: own })(new Date('2026-11-22T10:00:00Z'))

    const sample = { kind: 'posts', source: 'sample', of: '2026-11-22', day: 7, month: 7, perDay: 9, perMonth: 90 }
    expect(spending.filter(({ source }) => source)).toEqual([sample])
  })

  it('names no annotator', async () => {
    await tell(bucket, table, twoWeeks)
    const overview = await seen('2026-11-23T10:00:00Z')

    expect(overview.batches[0]?.annotators).toBe(3)
    expect(JSON.stringify(overview)).not.toMatch(/\b(ana|ben|cyd)\b/)
  })

  it('reads a model card once until it changes', async () => {
    await tell(bucket, table, twoWeeks)
    const asked: string[] = []
    const objects = { ...bucket, read: (key: string) => (asked.push(key), bucket.read(key)) }
    const gather = gathering({ objects, table, settings })
    const cardsRead = () => asked.splice(0).filter((key) => keys.card.match(key)).length

    await gather(new Date('2026-11-23T10:00:00Z'))
    expect(cardsRead()).toBe(3)
    await gather(new Date('2026-11-23T10:01:00Z'))
    expect(cardsRead()).toBe(0)
    const [key = ''] = Object.keys(bucket.texts()).filter((one) => keys.card.match(one))
    await bucket.put(key, bucket.texts()[key] ?? '')
    await gather(new Date('2026-11-23T10:02:00Z'))
    expect(cardsRead()).toBe(1)
  })
})

import { beforeEach, describe, expect, it } from '@jest/globals'
import { checkPresence, type CheckPorts } from '../../../services/collector/check'
import { verdictOf } from '../../../services/collector/presence'
import type { Presence, PresencePort } from '../../../services/collector/sources/source'
import { deletionRecord } from '../../../shared/records'
import { BellwetherError } from '../../../shared/errors'
import { spent } from '../../../shared/state/ledger'
import { buriedAmong } from '../../../shared/state/tombstones'
import { aSettings, aPost, putRun } from '../../given'
import { testBucket, type TestBucket } from '../../shared/bucket'
import { memoryTable } from '../../shared/memory-table'
import { generousCaps, MARK } from './world'

const watching = (...tags: string[]) => aSettings({ hashtags: tags.map((tag) => ({ tag, source: 'file' })) })
const NOW = new Date('2026-11-22T03:40:00Z')
const daysLater = (days: number) => new Date(NOW.getTime() + days * 86_400_000)
const answers = (given: Record<string, Presence>) => new Map(Object.entries(given))
const there = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i): [string, Presence] => [`t${i}`, 'there']))

describe('the verdict on a batch of presence answers', () => {
  const yesterday = new Map([['old', daysLater(-1).toISOString()]])

  it.each<[string, Record<string, Presence>, Map<string, string>, object]>([
    ['notes a first absence', { ...there(9), new: 'absent' }, new Map(), { absent: ['new'], delete: [] }],
    [
      'deletes after a second absence a day later',
      { ...there(9), old: 'absent' },
      yesterday,
      { delete: ['old'], absent: [] },
    ],
    [
      'waits for the day to pass',
      { ...there(9), old: 'absent' },
      new Map([['old', daysLater(-0.9).toISOString()]]),
      { delete: [], absent: [] },
    ],
    ['deletes at once what its origin says is gone', { ...there(9), new: 'gone' }, new Map(), { delete: ['new'] }],
    [
      'forgets an absence when the post is there again',
      { ...there(9), old: 'there' },
      yesterday,
      { ended: ['old'], delete: [] },
    ],
    ['deletes when exactly a fifth is missing', { ...there(4), old: 'absent' }, yesterday, { delete: ['old'] }],
    [
      'deletes nothing and alarms when more than a fifth is missing',
      { ...there(7), old: 'absent', b: 'gone' },
      yesterday,
      { delete: [], absent: [], ended: [], alarm: { missing: 2, of: 9 } },
    ],
    ['deletes nothing of a silent network', {}, yesterday, { delete: [], absent: [], ended: [] }],
  ])('%s', (_, given, since, expected) => {
    expect(verdictOf(answers(given), since, NOW)).toMatchObject(expected)
  })
})

describe('the daily presence check', () => {
  let bucket: TestBucket
  let ports: CheckPorts
  let asked: string[][]
  let says: (id: string) => Presence | 'silent' | 'down' | 'refused'

  beforeEach(async () => {
    bucket = testBucket()
    asked = []
    says = () => 'there'
    const presence: PresencePort = {
      batch: 4,
      stillThere: async (posts) => {
        const ids = posts.map(({ id }) => id)
        asked.push(ids)
        const said = new Map<string, Presence>()
        for (const id of ids) {
          const one = says(id)
          if (one === 'silent') return { waitSeconds: 60 }
          if (one === 'down') throw new BellwetherError('SOURCE_UNAVAILABLE', 'fedi answered 503')
          if (one === 'refused') throw new BellwetherError('SOURCE_REFUSED', 'fedi answered 401')
          said.set(id, one)
        }
        return { said, requests: 1 }
      },
    }
    ports = {
      objects: bucket,
      table: memoryTable(),
      marks: async () => MARK,
      settings: watching('aws'),
      openPresence: async () => ({ name: 'fedi', presence }),
      caps: generousCaps(),
      requestsPerDay: 4,
    }
    const page = (n: number) => Array.from({ length: 8 }, (_, i) => aPost(`7000000${n}${i}`))
    for (const n of [1, 2, 3]) await putRun(bucket, { date: `2026-11-0${n}`, pages: [page(n)] })
  })

  const check = (now: Date) => checkPresence(ports)({ now, log, remainingMs: () => 300_000 })
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const deletions = () =>
    Object.entries(bucket.texts()).flatMap(([key, body]) =>
      key.startsWith('privacy/') ? [deletionRecord.parse(JSON.parse(body))] : [],
    )

  it("asks in the source's batch size, within its cap, once a day, and resumes where it ended", async () => {
    await check(NOW)
    expect(asked.map((ids) => ids.length)).toEqual([4, 4, 4, 4])
    expect(await check(NOW)).toMatchObject([{ skipped: 'checked today' }])
    asked = []

    await check(daysLater(1))

    // The third page, then back to the first.
    expect(asked.map(([first]) => first)).toEqual(['700000030', '700000034', '700000010', '700000014'])
  })

  it('resumes within a page that is larger than its cap', async () => {
    ports.requestsPerDay = 1

    for (const day of [0, 1, 2]) await check(daysLater(day))

    expect(asked.map(([first]) => first)).toEqual(['700000010', '700000014', '700000020'])
  })

  it('asks nothing when no request is allowed', async () => {
    ports.requestsPerDay = 0

    expect(await check(NOW)).toMatchObject([{ answered: 0 }])
    expect(asked).toEqual([])
  })

  it('deletes a post after two absences a day apart, without naming its author to anyone', async () => {
    ports.requestsPerDay = 100
    says = (id) => (id === '700000022' ? 'absent' : 'there')

    await check(NOW)
    expect(deletions()).toEqual([])
    const [checked] = await check(daysLater(1))

    expect(checked).toMatchObject({ answered: 24, missing: 1, deletion: expect.stringMatching(/^[0-9a-f]{16}$/) })
    expect(deletions()).toMatchObject([{ state: 'removing', marks: { posts: [MARK('post', '700000022')] } }])
    expect(JSON.stringify(deletions())).not.toContain('700000022')
    const mark = MARK('post', '700000022')
    expect(await buriedAmong(ports.table, [mark])).toEqual(new Set([mark]))
  })

  it('deletes nothing and raises one alarm, which a retry does not repeat, when more than a fifth is missing', async () => {
    says = (id) => (id.endsWith('0') || id.endsWith('1') ? 'gone' : 'there')

    await expect(check(NOW)).rejects.toThrow('misses 4 of 16 stored posts: too many to be deletions')

    expect(deletions()).toEqual([])
    expect(await check(NOW)).toMatchObject([{ skipped: 'checked today' }])
  })

  it('deletes nothing when the network does not answer, and asks about the same posts again', async () => {
    says = () => 'silent'

    expect(await check(NOW)).toMatchObject([{ answered: 0, missing: 0 }])
    expect(await check(daysLater(1))).toMatchObject([{ answered: 0 }])

    expect(asked.map(([first]) => first)).toEqual(['700000010', '700000010'])
    expect(deletions()).toEqual([])
  })

  it('deletes nothing when the network is down, and reports it without failing', async () => {
    says = () => 'down'

    expect(await check(NOW)).toMatchObject([{ answered: 0, skipped: 'SOURCE_UNAVAILABLE: fedi answered 503' }])
    expect(deletions()).toEqual([])
  })

  it('checks the other hashtags before it fails for a source that refuses', async () => {
    ports.settings = watching('aws', 'azure')
    await putRun(bucket, { hashtag: 'azure', date: '2026-11-01', pages: [[aPost('80000000')]] })
    says = (id) => (id === '80000000' ? 'there' : 'refused')

    await expect(check(NOW)).rejects.toThrow('SOURCE_REFUSED: fedi answered 401')

    expect(asked.flat()).toContain('80000000')
  })

  it('books the price of a look-up, and stops when the cap is reached', async () => {
    const port = (await ports.openPresence({ hashtag: 'aws', stream: 'file', source: 'file' })).presence!
    const stillThere: PresencePort['stillThere'] = async (posts, most) => ({
      ...(await port.stillThere(posts, most)),
      costUsd: 0.02,
    })
    ports.openPresence = async () => ({ name: 'x', presence: { ...port, mostUsd: () => 0.5, stillThere } })
    ports.caps = { ...ports.caps, collectUsd: { perDay: 0.53, perMonth: 1 } }

    expect(await check(NOW)).toMatchObject([{ answered: 8, skipped: 'the cap caps.collectUsd is reached' }])
    expect(await spent(ports.table, 'collectUsd', '2026-11-22')).toBeCloseTo(0.04)
  })

  it('skips a source that cannot check presence', async () => {
    ports.openPresence = async () => ({ name: 'file' })

    expect(await check(NOW)).toMatchObject([{ skipped: 'the source cannot tell' }])
  })
})

import { beforeEach, describe, expect, it } from '@jest/globals'
import { checkPresence, type CheckPorts } from '../../../services/collector/check'
import { verdictOf } from '../../../services/collector/presence'
import type { Presence, Source } from '../../../services/collector/sources/source'
import { deletionRecord } from '../../../shared/records'
import { buriedAmong } from '../../../shared/state/tombstones'
import { aPost, putRun } from '../../given'
import { testBucket, type TestBucket } from '../../shared/bucket'
import { memoryTable } from '../../shared/memory-table'
import { MARK } from './world'

const NOW = new Date('2026-11-22T03:40:00Z')
const daysLater = (days: number) => new Date(NOW.getTime() + days * 86_400_000)
const answers = (given: Record<string, Presence>) => new Map(Object.entries(given))
const there = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i): [string, Presence] => [`t${i}`, 'there']))

describe('a verdict', () => {
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

describe('a check', () => {
  let bucket: TestBucket
  let ports: CheckPorts
  let asked: string[][]
  let says: (id: string) => Presence | 'silent'

  beforeEach(async () => {
    bucket = testBucket()
    asked = []
    says = () => 'there'
    const presence: Source['presence'] = {
      batch: 4,
      stillThere: async (ids) => {
        asked.push([...ids])
        if (ids.some((id) => says(id) === 'silent')) return { waitSeconds: 60 }
        return new Map(ids.map((id) => [id, says(id) as Presence]))
      },
    }
    ports = {
      objects: bucket,
      table: memoryTable(),
      marks: async () => MARK,
      hashtags: ['aws'],
      // A check asks of a source for nothing else.
      openSource: async () => ({ presence }) as Source,
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

  it('asks in batches of the source, within its cap, once a day, and goes on where it ended', async () => {
    await check(NOW)
    expect(asked.map((ids) => ids.length)).toEqual([4, 4, 4, 4])
    expect(await check(NOW)).toMatchObject([{ skipped: 'checked today' }])
    asked = []

    await check(daysLater(1))

    // The third page, then the first again.
    expect(asked.map(([first]) => first)).toEqual(['700000030', '700000034', '700000010', '700000014'])
  })

  it('goes on within a page that is larger than its cap', async () => {
    ports.requestsPerDay = 1

    for (const day of [0, 1, 2]) await check(daysLater(day))

    expect(asked.map(([first]) => first)).toEqual(['700000010', '700000014', '700000020'])
  })

  it('asks nothing where no request is allowed', async () => {
    ports.requestsPerDay = 0

    expect(await check(NOW)).toMatchObject([{ answered: 0 }])
    expect(asked).toEqual([])
  })

  it('has a post deleted after two absences a day apart, and names it to nobody', async () => {
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

  it('deletes nothing where more than a fifth is missing, and raises an alarm that the retry does not', async () => {
    says = (id) => (id.endsWith('0') || id.endsWith('1') ? 'gone' : 'there')

    await expect(check(NOW)).rejects.toThrow('misses 4 of 16 kept posts')

    expect(deletions()).toEqual([])
    expect(await check(NOW)).toMatchObject([{ skipped: 'checked today' }])
  })

  it('deletes nothing of a network that does not answer, and asks it about the same posts again', async () => {
    says = () => 'silent'

    expect(await check(NOW)).toMatchObject([{ answered: 0, missing: 0 }])
    expect(await check(daysLater(1))).toMatchObject([{ answered: 0 }])

    expect(asked.map(([first]) => first)).toEqual(['700000010', '700000010'])
    expect(deletions()).toEqual([])
  })

  it('leaves a source alone that cannot tell', async () => {
    ports.openSource = async () => ({}) as Source

    expect(await check(NOW)).toMatchObject([{ skipped: 'the source cannot tell' }])
  })
})

import { beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { letterOf, type StreamOfWeek } from '../../../services/mail/letter'
import { mailWeek, type MailPorts, whenDecided } from '../../../services/mail/mail-week'
import { mailRequest, answerMailRequest } from '../../../services/mail/request'
import { keys } from '../../../shared/keys'
import type { MovedSharesRecord } from '../../../shared/records'
import type { Table } from '../../../shared/table'
import type { Letter } from '../../../shared/topic'
import { aSettings } from '../../given'
import { testBucket, type TestBucket } from '../../shared/bucket'
import { memoryTable } from '../../shared/memory-table'
import { exampleOfTooFew, exampleReport } from '../../shared/reports'

const SUNDAY = '2026-11-22'
const BEFORE = '2026-11-15'
const WEDNESDAY = new Date('2026-11-25T09:00:30Z')
const SITE = 'https://pages.example.org'

let bucket: TestBucket
let table: Table
let sent: Letter[]
let refusals: Error[]
let ports: MailPorts

beforeEach(async () => {
  bucket = testBucket()
  table = memoryTable()
  sent = []
  refusals = []
  let invocations = 0
  ports = {
    objects: bucket,
    table,
    send: async (letter) => {
      const refusal = refusals.shift()
      if (refusal) throw refusal
      sent.push(letter)
      return `message-${sent.length}`
    },
    settings: aSettings(),
    stage: 'dev',
    site: SITE,
    owner: () => `invocation-${(invocations += 1)}`,
  }
  await decided()
})

const reportKey = (date: string) => keys.report({ hashtag: 'aws', stream: 'file', date })
const marketing = { label: 'marketing', share: 0.43, before: 0.3, p: 0.0001, moved: true }
const technical = { label: 'technical', share: 0.57, before: 0.7, p: 0.0001, moved: true }
const ofAws = (over: Partial<MovedSharesRecord['streams'][number]> = {}): MovedSharesRecord['streams'][number] => ({
  hashtag: 'aws',
  stream: 'file',
  state: 'compared',
  reason: '',
  reportKey: reportKey(SUNDAY),
  beforeKey: reportKey(BEFORE),
  labels: [marketing, technical],
  ...over,
})
async function decided(streams = [ofAws()], week = SUNDAY): Promise<void> {
  await bucket.put(keys.movedShares({ week }), JSON.stringify({ week, alpha: 0.01, streams }))
  for (const date of [SUNDAY, BEFORE]) {
    await bucket.put(reportKey(date), JSON.stringify(exampleReport({ date, hashtag: 'aws', stream: 'file' })))
  }
}
const at = (now: Date, remaining = 60_000) => ({ now, remainingMs: () => remaining })
const mail = (now = WEDNESDAY) => whenDecided(ports)(SUNDAY, at(now))
const later = (ms: number) => new Date(WEDNESDAY.getTime() + ms)

describe('the weekly mail', () => {
  it('is sent once, although its event is duplicated or late, or a person requests it', async () => {
    expect(await mail()).toEqual({ week: SUNDAY, state: 'sent', message: 'message-1' })
    expect(await mail()).toMatchObject({ state: 'sent-before', message: 'message-1' })
    expect(await mail(later(5 * 86_400_000))).toMatchObject({ state: 'sent-before' })
    expect(await mailWeek(ports)(SUNDAY, at(later(90 * 86_400_000)))).toMatchObject({ state: 'sent-before' })
    expect(sent).toHaveLength(1)
  })

  it('is not composed again after it was sent', async () => {
    await mail()
    ports.objects = { read: async (key) => Promise.reject(new Error(`read ${key}`)) }

    expect(await mail()).toMatchObject({ state: 'sent-before' })
  })

  it('is sent once when two invocations send at the same time', async () => {
    const both = await Promise.all([mail(), mail()])

    expect(both.map(({ state }) => state).sort()).toEqual(['another-sends', 'sent'])
    expect(sent).toHaveLength(1)
  })

  it('is sent by the retry when SNS refused it', async () => {
    refusals = [new Error('Throttled')]

    await expect(mail()).rejects.toThrow('Throttled')
    expect(await mail(later(1000))).toMatchObject({ state: 'sent' })
    expect(sent).toHaveLength(1)
  })

  it('is sent at least once: when the record of sending is lost, the next invocation sends it again', async () => {
    const create = table.create.bind(table)
    table.create = async () => {
      table.create = create
      throw new Error('the function ended')
    }

    await expect(mail()).rejects.toThrow('the function ended')
    expect(await mail(later(61_000))).toMatchObject({ state: 'sent' })
    expect(await mail(later(62_000))).toMatchObject({ state: 'sent-before' })
    expect(sent).toHaveLength(2)
  })

  it('waits for an invocation that vanished only as long as that one could have run', async () => {
    ports.send = () => new Promise(() => {})
    void mail()
    await new Promise((resolve) => setImmediate(resolve))
    ports.send = async () => 'message-2'

    expect(await mail(later(59_000))).toEqual({ week: SUNDAY, state: 'another-sends' })
    expect(await mail(later(61_000))).toMatchObject({ state: 'sent' })
  })

  it('is not sent for a week decided long after it ended, unless a person requests it', async () => {
    expect(await mail(new Date('2026-12-06T09:00:00Z'))).toEqual({ week: SUNDAY, state: 'too-old' })
    expect(sent).toEqual([])
    const asked = mailRequest.parse({ week: SUNDAY })
    const invocation = { ...at(new Date('2027-03-01T00:00:00Z')), log: console }
    expect(await answerMailRequest(ports)(asked, invocation)).toMatchObject({ state: 'sent' })
  })

  it('is shown instead of sent in a preview', async () => {
    const invocation = { ...at(WEDNESDAY), log: console }
    const shown = await answerMailRequest(ports)(mailRequest.parse({ week: SUNDAY, preview: true }), invocation)

    expect(shown).toMatchObject({ subject: expect.stringContaining('22 November 2026') })
    expect(sent).toEqual([])
    expect(await mail()).toMatchObject({ state: 'sent' })
  })

  it('cannot be composed for an undecided week', async () => {
    await expect(mailWeek(ports)(BEFORE, at(WEDNESDAY))).rejects.toThrow('invoke -f analyzer')
    expect(mailRequest.safeParse({ week: '2026-11-23' }).success).toBe(false)
  })
})

describe('the text of the weekly mail', () => {
  const letter = async () => {
    await mail()
    return sent[0] ?? { subject: '', body: '' }
  }
  /** The body without its line breaks within paragraphs. */
  const said = async () => (await letter()).body.replaceAll(/\n(?!\n)/g, ' ')

  it("has the week's sentence with its interval, and the significant changes", async () => {
    await bucket.put(
      reportKey(BEFORE),
      JSON.stringify(withShare(exampleReport({ date: BEFORE, hashtag: 'aws', stream: 'file' }), 0.3)),
    )

    expect((await letter()).subject).toBe('Bellwether (dev), week to 22 November 2026: change in 1 of 1 stream')
    expect(await said()).toContain('57 % (52 to 62 %) of the 5,684 posts about #aws were technical')
    expect(await said()).toContain('from 201 labels given by people')
    expect(await said()).toContain(
      'Beyond chance, against the week before: more marketing, 43 % after 30 %; less technical, 57 % after 70 %.',
    )
    expect(await said()).toContain('Nothing waits for answers.')
    expect(await said()).toContain(`${SITE}/report?to=${SUNDAY}`)
  })

  it('keeps the decided change when later labels reversed the reports', async () => {
    const before = exampleReport({ date: BEFORE, hashtag: 'aws', stream: 'file' })
    await bucket.put(reportKey(BEFORE), JSON.stringify(withShare(before, 0.9)))

    expect(await said()).not.toContain('43 % after 90 %')
    expect(await said()).toContain('more marketing')
  })

  it('reports no change when chance explains it', async () => {
    await decided([ofAws({ labels: [marketing, technical].map((one) => ({ ...one, moved: false })) })])

    expect((await letter()).subject).toBe('Bellwether (dev), week to 22 November 2026: no change')
    expect(await said()).toContain('No label changed beyond chance against the week before.')
    expect(await said()).not.toContain('30 %')
  })

  it('says why there is no share, and which labels there are', async () => {
    const report = exampleReport({ date: SUNDAY, hashtag: 'aws', stream: 'file' })
    await bucket.put(
      reportKey(SUNDAY),
      JSON.stringify({ ...report, week: { ...report.week, byPosts: exampleOfTooFew() } }),
    )

    expect(await said()).toContain('No share: too few posts of this week have a label. Not enough labels yet')
    expect(await said()).toContain('It would rest on 4 labels of 4 drawn messages.')
  })

  it.each([
    ['unreliable', 'The labels are unreliable'],
    ['unmeasured', 'How reliable the labels are was not measured yet.'],
  ] as const)('says that labels are %s', async (status, words) => {
    const report = exampleReport({ date: SUNDAY, hashtag: 'aws', stream: 'file' })
    await bucket.put(reportKey(SUNDAY), JSON.stringify({ ...report, labels: { ...report.labels, status } }))

    expect(await said()).toContain(words)
  })

  it('lists what waits at the desk and with another labeller', () => {
    const waiting = [
      { batch: '2026-11-23', deadline: '2026-11-24T21:00:00Z', items: 60, answered: 12 },
      { batch: '2026-11-24', deadline: '2026-11-25T21:00:00Z', items: null, answered: null },
    ]
    const { body } = letterOf({ stage: 'dev', week: SUNDAY, streams: [], waiting, site: SITE })

    expect(body).toContain('Batch 2026-11-23: 12 of 60 posts answered, until 24 November 2026, 21:00\nUTC.')
    expect(body).toContain('Batch 2026-11-24: with another labeller')
  })

  it('says that a week has no report', async () => {
    await decided([ofAws({ state: 'not-compared', reason: `no report of ${SUNDAY}`, reportKey: null, labels: [] })])

    expect((await letter()).subject).toBe('Bellwether (dev), week to 22 November 2026')
    expect(await said()).toContain('There is no report of this week.')
  })
})

const withShare = (report: ReturnType<typeof exampleReport>, share: number): ReturnType<typeof exampleReport> => {
  const shares = report.week.byPosts.shares.map((one) => ({
    ...one,
    share: one.label === 'marketing' ? share : 1 - share,
  }))
  return { ...report, week: { ...report.week, byPosts: { ...report.week.byPosts, shares } } }
}

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
it('writes a subject that SNS accepts, whatever hashtags, labels and stages are called', () => {
  const name = fc.oneof(fc.constantFrom('constructor', '__proto__', 'عربي', 'a\u202eb'), fc.string({ minLength: 1 }))
  fc.assert(
    fc.property(fc.array(fc.tuple(name, name), { maxLength: 40 }), fc.boolean(), (streams, moved) => {
      const told = streams.map(([hashtag, label]): StreamOfWeek => {
        const report = exampleReport({ date: SUNDAY, hashtag })
        const shares = report.week.byPosts.shares.map((one, i) => (i === 0 ? { ...one, label } : one))
        const week = { ...report.week, byPosts: { ...report.week.byPosts, shares } }
        const decision = ofAws({ hashtag, labels: [{ ...marketing, label, moved }] })
        return { topic: hashtag, decision, now: { ...report, week }, before: report }
      })
      const stage = 'a-stage-of-thirty-one-characters'.slice(0, 31)
      const { subject, body } = letterOf({ stage, week: '2026-09-27', streams: told, waiting: [], site: SITE })

      expect(subject).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,98}$/)
      expect(body).not.toMatch(/[?&#]token|eyJ/)
    }),
  )
})

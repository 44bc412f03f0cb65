import { describe, expect, it } from '@jest/globals'
import { adviceFor } from '../../../local/live/advice'
import { clockDifference } from '../../../local/live/clock-difference'
import { daysInWords, nextInWords, placesInWords, waitsInWords } from '../../../local/live/first-screen'
import { makeJournal } from '../../../local/live/journal'
import { makeNews } from '../../../local/live/news'
import { labelsMeasured, modelPromoted, postsCollected, shareReported } from '../../../events'
import type { PublishedEvent } from '../../../events'
import { runRecord } from '../../../shared/records'
import { parseSettings } from '../../../shared/settings'

const NOW = new Date('2026-11-28T12:00:00Z')

const run = (more: object = {}) =>
  runRecord.parse({
    hashtag: 'aws',
    date: '2026-11-27',
    run: 'r',
    source: 'social.example',
    window: { from: '2026-11-27T00:00:00Z', to: '2026-11-28T00:00:00Z' },
    covered: null,
    gap: null,
    complete: true,
    stoppedBy: null,
    pages: 1,
    posts: 40,
    existing: 44,
    existingIsEstimate: true,
    otherLanguages: 0,
    refusedRows: 0,
    costUsd: 0,
    objects: [],
    ...more,
  })

describe('adviceFor', () => {
  it.each([
    ['SOURCE_UNAVAILABLE: social.example was not reached: ENOTFOUND', 'no host of that name'],
    [
      'SOURCE_UNAVAILABLE: social.example was not reached: CERT_HAS_EXPIRED',
      'not valid by the clock of this machine, which says 2026-11-28 12:00 UTC',
    ],
    ['SOURCE_UNAVAILABLE: social.example was not reached: ECONNREFUSED', 'the same command tries again'],
    ['SOURCE_UNAVAILABLE: social.example answered 200: Just a moment', 'a web page in place of posts'],
    [
      'SOURCE_REFUSED: social.example answered 422: This method requires an authenticated user; set token: true and put a user token into the secret, or name another instance',
      '--secret mastodon=FILE',
    ],
    [
      'SOURCE_REFUSED: bsky answered 401: no; put a handle and an app password into the secret arn:…',
      '--secret TYPE=FILE',
    ],
  ])('gives advice for the error %s', (message, advice) => {
    expect(adviceFor(message, NOW)).toContain(advice)
  })

  it('adds nothing to a message that already says it', () => {
    expect(adviceFor('SOURCE_REFUSED: its instance has switched hashtag timelines off', NOW)).toBeUndefined()
  })
})

describe('the first screen', () => {
  it('says where posts come from, whose terms apply, and what reading costs', () => {
    const settings = parseSettings(
      `
hashtags: [{ tag: aws, source: fedi }, { tag: azure, source: fedi }, { tag: gcp, source: x }]
sources: { fedi: { type: mastodon, instance: https://social.example }, x: { type: x } }
`.concat(REST),
    )

    expect(placesInWords(settings)).toEqual([
      '#aws, #azure on Mastodon, as social.example has it. Terms: https://social.example/about https://social.example/terms-of-service',
      '#gcp on X. Terms: https://docs.x.com/developer-terms',
      'Reading there costs $0.005 a post, at most $10 a day (caps.collectUsd in bellwether.yml).',
    ])
  })

  it('says how many posts each day had, and what was left out', () => {
    const runs = [
      run({ date: '2026-11-26', existing: null, existingIsEstimate: undefined }),
      run({ otherLanguages: 3, leftOut: { 'not indexable': 1 }, stoppedBy: 'caps.posts' }),
    ]

    expect(daysInWords(runs, ['en']).split('\n')).toEqual([
      'day         hashtag  posts  of        left out',
      '2026-11-26  #aws     40',
      '2026-11-27  #aws     40     about 44  3 in other languages, 1 not indexable, ended by caps.posts',
      '80 posts of 2 days.',
    ])
  })

  it('says why there may be no posts', () => {
    expect(daysInWords([run({ posts: 0 })], ['en'])).toContain('it has only the posts that reached it')
    expect(daysInWords([run({ posts: 0, otherLanguages: 5 })], ['en'])).toBe(
      [
        '0 posts of 1 day.',
        '5 posts left out: 5 in other languages.',
        'Languages that are stored: en (languages in bellwether.yml).',
      ].join('\n'),
    )
  })

  it('says what happens later, and why', () => {
    const through = '2026-11-27'
    expect(
      waitsInWords([
        { topic: 'aws', through, waitsUntil: NOW.getTime() },
        { topic: 'azure', through },
      ]),
    ).toEqual([expect.stringContaining('#aws, 2026-11-27: late posts still arrive there')])
  })

  it('says what to do next', () => {
    const links = { desk: 'D', report: 'R', owner: 'O' }

    const words = nextInWords({ links, waiting: 420, untilModel: 120, countAfterSeconds: 60 })
    expect(words).toContain('420 posts wait:\n  D\n  10 labels of a day and a pause of 60 seconds give a first share')
    expect(words).toContain('about 120 a first model')
    expect(nextInWords({ links, waiting: 0, untilModel: undefined, countAfterSeconds: 60 })).toContain('No post waits')
  })
})

describe('clockDifference', () => {
  const there = (date: string | null) => async () => ({
    status: 200,
    headers: new Headers(date === null ? {} : { date }),
    json: undefined,
    text: '',
    said: '200',
  })
  const difference = (date: string | null) => clockDifference(there(date), 'https://social.example', NOW.getTime())

  it('says how far the local clock is off', async () => {
    expect(await difference('Sat, 28 Nov 2026 15:00:00 GMT')).toContain('is 3 hours behind that of social.example')
    expect(await difference('Sat, 28 Nov 2026 11:30:00 GMT')).toContain('is 30 minutes ahead of that of')
  })

  it('ignores a small difference, or a network that sends no time', async () => {
    expect(await difference('Sat, 28 Nov 2026 12:02:00 GMT')).toBeUndefined()
    expect(await difference(null)).toBeUndefined()
    const silent = async () => Promise.reject(new Error('gone'))
    expect(await clockDifference(silent, 'https://social.example', NOW.getTime())).toBeUndefined()
  })
})

describe('the journal', () => {
  const waits = { message: 'collection waits', timestamp: '2026-11-28T12:00:00.000Z', hashtag: 'aws', seconds: 60 }

  it('knows how long a collection waits, however its log is split into chunks', () => {
    const journal = makeJournal()
    const line = `${JSON.stringify({ ...waits, waitsFor: 'rate limit' })}\n`

    journal.hear('bellwether-dev-collector', line.slice(0, 20))
    expect(journal.pauseOf({ hashtag: 'aws' })).toBeUndefined()
    journal.hear('bellwether-dev-collector', `${line.slice(20)}not JSON\n`)

    expect(journal.pauseOf({ hashtag: 'aws' })).toEqual({ until: NOW.getTime() + 60_000, waitsFor: 'rate limit' })
    expect(journal.pauseOf({ hashtag: 'azure' })).toBeUndefined()
  })

  it('reports a failure once, and listens only to the collector', () => {
    const journal = makeJournal()
    const failed = `${JSON.stringify({ message: 'message failed', error: 'SOURCE_REFUSED: no' })}\n`

    journal.hear('bellwether-dev-trainer', failed)
    expect(journal.takeFailure()).toBeUndefined()
    journal.hear('bellwether-dev-collector', failed)
    expect(journal.takeFailure()).toBe('SOURCE_REFUSED: no')
    expect(journal.takeFailure()).toBeUndefined()
  })
})

it('the journal reports the failures of other functions, each once', () => {
  const journal = makeJournal()
  const failed = `${JSON.stringify({ message: 'invocation failed', error: 'AccessDenied: no\n    at handler.js' })}\n`

  journal.hear('bellwether-dev-formatter', failed)
  journal.hear('bellwether-dev-formatter', failed)
  journal.hear('bellwether-dev-collector', failed)

  expect(journal.takeTroubles()).toEqual([{ functionName: 'bellwether-dev-formatter', error: 'AccessDenied: no' }])
  journal.hear('bellwether-dev-formatter', failed)
  expect(journal.takeTroubles()).toEqual([])
})

describe('news', () => {
  const event = ({ name, example }: PublishedEvent, more: object = {}) => ({
    version: '0' as const,
    id: 'e',
    'detail-type': name,
    source: 'bellwether.test',
    account: '0',
    time: NOW.toISOString(),
    region: 'eu-west-1',
    resources: [],
    detail: { ...(example as object), ...more },
  })

  it('describes each event in a sentence, once', () => {
    const news = makeNews()

    expect(news(event(postsCollected))).toBe('#aws on mastodon, 2026-11-21: 812 posts collected.')
    expect(news(event(postsCollected))).toBeUndefined()
    expect(news(event(labelsMeasured, { labelled: 1 }))).toBe('1 label of 2026-11-22 is counted.')
    expect(news(event(modelPromoted))).toMatch(/^A model went live: macro-F1 0\.\d\d\.$/)
  })

  it('reports a share, and not that there is none', () => {
    const news = makeNews()

    expect(news(event(shareReported))).toContain('#aws on mastodon, 2026-11-21: 41 % of the posts are marketing')
    expect(news(event(shareReported, { state: 'not-enough-labels', shares: [] }))).toBeUndefined()
  })
})

/** The rest of a configuration. */
const REST = `
labels:
  version: 1
  categories: [{ name: technical, definition: how }, { name: marketing, definition: sell }]
schedule: { collect: cron(10 0 * * ? *), label: cron(0 1 * * ? *) }
caps:
  posts: { perDay: 2000, perMonth: 60000 }
  collectUsd: { perDay: 10, perMonth: 300 }
  judgements: { perDay: 420, perMonth: 6000 }
  labelUsd: { perDay: 10, perMonth: 200 }
  trainingSeconds: 1800
labelling:
  { labeller: desk, itemsPerDay: 60, evaluationShare: 0.5, evaluationJudgements: 2, trainingJudgements: 1, deadlineHours: 20 }
training: { trainer: lambda, hyperparameters: {} }
`

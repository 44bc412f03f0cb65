import { beforeEach, describe, expect, it } from '@jest/globals'
import { SignJWT } from 'jose'
import { serveDesk } from '../../../services/desk/desk'
import { answerInvitation, invitationRequest } from '../../../shared/web/invitation'
import { addBatch } from '../../../shared/state/desk'
import { revoke } from '../../../shared/state/people'
import type { Publish } from '../../../shared/bus'
import type { Table } from '../../../shared/table'
import { permanentRandom } from '../../../shared/text/cascade'
import { categoriesOf } from '../../given'
import { memoryTable } from '../../shared/memory-table'
import { recorder, type RecordedEvent } from '../../shared/recorder'
import { sentBack } from '../../shared/web/cookies'
import { linkKeys } from '../../shared/web/keys'

const KEY = 'a'.repeat(64)
const HOUR = 3_600_000
const BATCH = '2026-11-22'
const POISON = '<img src=x onerror=alert(1)> __label__x "quoted" \u2028 line'

let table: Table
let now: Date
let publish: Publish
let events: RecordedEvent[]
let logged: unknown[]

const ids = Array.from({ length: 130 }, (_, i) => i.toString(16).padStart(16, '0'))

beforeEach(async () => {
  table = memoryTable()
  now = new Date('2026-11-22T10:00:00.500Z')
  logged = []
  ;({ publish, events } = recorder('desk'))
})

const ask = (items = ids.slice(0, 3), wanted = 2, batch = BATCH, deadline = '2026-11-22T21:00:00Z') =>
  addBatch(table, {
    batch,
    deadline,
    categories: categoriesOf(),
    items: items.map((item, i) => ({
      item,
      source: i === 0 ? POISON : `post ${item}`,
      wanted,
      most: wanted === 2 ? 3 : wanted,
    })),
    expiresAt: 1,
  })

interface Sent {
  body?: unknown
  cookie?: string
  query?: Record<string, string>
  headers?: Record<string, string>
  raw?: string
}

async function send(route: string, { body, cookie, query, headers, raw }: Sent = {}) {
  const [method = '', rawPath = ''] = route.split(' ')
  const serve = serveDesk({
    table,
    publish,
    linkKey: linkKeys.annotator,
    page: () => undefined,
    log: { error: (...given: unknown[]) => void logged.push(given) },
  })
  const {
    statusCode,
    cookies,
    headers: answered,
    body: text,
  } = await serve(
    {
      version: '2.0',
      rawPath,
      queryStringParameters: query,
      headers: headers ?? { 'content-type': 'application/json' },
      ...(cookie ? { cookies: cookie.split('; ') } : {}),
      ...(body === undefined && raw === undefined ? {} : { body: raw ?? JSON.stringify(body) }),
      requestContext: { http: { method } },
    },
    now,
  )
  return { status: statusCode, cookies, headers: answered, text, json: text ? JSON.parse(text) : undefined }
}

const invitationPorts = () => ({
  table,
  linkKeys,
  siteUrl: 'https://desk.example',
  settleAnswered: async () => undefined,
})

const link = async (annotator: string, hours = 24) => {
  const made = await answerInvitation(invitationPorts())(invitationRequest.parse({ annotator, hours }), { now })
  if (!('url' in made)) throw new Error('no link')
  return { ...made, token: new URL(made.url).hash.slice(1) }
}

async function enter(annotator: string): Promise<string> {
  const { token } = await link(annotator)
  const { cookies } = await send('POST /desk/session', { body: { token } })
  return sentBack(cookies).join('; ')
}

const next = async (cookie: string, count = 20): Promise<{ batch: string; item: string; text: string }[]> =>
  (await send('GET /desk/batch/next', { cookie, query: { count: String(count) } })).json.items

const give = async (
  cookie: string,
  answers: unknown[],
): Promise<{ result: string; reason?: string; message?: string }[]> =>
  (await send('POST /desk/answers', { cookie, body: { answers } })).json.answers

const technical = (item: string, revision = 0) => ({ batch: BATCH, item, revision, label: 'technical' })

describe("an annotator's link", () => {
  it('admits one annotator until it expires', async () => {
    const { url, expires, token } = await link('ana', 2)
    const { status, cookies, json } = await send('POST /desk/session', { body: { token } })

    expect(url).toBe(`https://desk.example/desk#${token}`)
    expect(expires).toBe('2026-11-22T12:00:00.500Z')
    expect({ status, json }).toEqual({ status: 200, json: { name: 'ana', role: 'annotator' } })
    expect(cookies?.[0]).toMatch(
      /^bellwether-annotator=[\w.-]+; Max-Age=71\d\d; Path=\/desk; HttpOnly; Secure; SameSite=Strict$/,
    )
  })

  it('can be opened more than once', async () => {
    const { token } = await link('ana')
    await send('POST /desk/session', { body: { token } })

    expect((await send('POST /desk/session', { body: { token } })).status).toBe(200)
  })

  const denials: [string, () => Promise<string>, string][] = [
    [
      'has expired',
      async () => {
        const { token } = await link('ana', 1)
        now = new Date(now.getTime() + HOUR)
        return token
      },
      'expired',
    ],
    ['is signed by another key', () => forged({ key: 'x'.repeat(64) }), 'forged'],
    ['is a session', () => forged({ audience: 'bellwether-session' }), 'forged'],
    ['names a path as its annotator', () => forged({ subject: '../ana' }), 'forged'],
    ['has an unknown role', () => forged({ role: 'admin' }), 'forged'],
    ['is for another page', () => forged({ role: 'reader' }), 'foreign'],
    ['names a person who was not invited', () => forged({ subject: 'eve' }), 'revoked'],
    [
      'claims to need no signature',
      async () => {
        const [, payload] = (await forged({})).split('.')
        return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
      },
      'forged',
    ],
    ['is not a token', async () => 'hello', 'forged'],
    [
      'was revoked',
      async () => {
        const { token } = await link('ana')
        await withdraw('ana')
        return token
      },
      'revoked',
    ],
    [
      'was revoked before its annotator was invited again',
      async () => {
        const { token } = await link('ana')
        await withdraw('ana')
        now = new Date(now.getTime() + 2000)
        await link('ana')
        return token
      },
      'revoked',
    ],
  ]

  it.each(denials)('admits nobody when it %s', async (_, tokenOf, reason) => {
    await link('ana')
    const token = await tokenOf()

    const { status, json, cookies } = await send('POST /desk/session', { body: { token } })

    expect({ status, error: json.error, cookies }).toEqual({ status: 401, error: reason, cookies: undefined })
  })

  async function forged({
    key = KEY,
    subject = 'ana',
    audience = 'bellwether-link',
    role = 'annotator',
  }): Promise<string> {
    return new SignJWT({ role })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(subject)
      .setAudience(audience)
      .setIssuedAt(Math.floor(now.getTime() / 1000))
      .setExpirationTime(Math.floor(now.getTime() / 1000) + 3600)
      .sign(new TextEncoder().encode(key))
  }

  const withdraw = (annotator: string) => answerInvitation(invitationPorts())({ revoke: annotator }, { now })

  it('stays revoked when the person is invited again immediately', async () => {
    const { token: old } = await link('ana')
    await revoke(table, 'ana')
    const { token } = await link('ana')

    expect((await send('POST /desk/session', { body: { token: old } })).json.error).toBe('revoked')
    const { status, cookies } = await send('POST /desk/session', { body: { token } })
    expect(status).toBe(200)
    const cookie = sentBack(cookies).join('; ')
    expect((await send('GET /desk/session', { cookie })).status).toBe(200)
  })

  it('ends the sessions it opened when it is revoked', async () => {
    const cookie = await enter('ana')
    await withdraw('ana')

    expect((await send('GET /desk/session', { cookie })).status).toBe(401)
  })

  it.each(['../x', 'Ana', 'a b', '', 'a/b', 'x'.repeat(33)])('is not made for an annotator named %p', (annotator) => {
    expect(invitationRequest.safeParse({ annotator }).success).toBe(false)
  })
})

describe('the label desk', () => {
  it('shows nothing without a session', async () => {
    await ask()
    for (const route of ['GET /desk/batch/next', 'GET /desk/progress', 'POST /desk/answers', 'GET /desk/session']) {
      const { status, text } = await send(route, { body: {} })

      expect({ route, status }).toEqual({ route, status: 401 })
      expect(text).not.toContain('post')
    }
  })

  it('returns a post unchanged, as text', async () => {
    await ask()

    const items = await next(await enter('ana'))

    expect(items.find(({ item }) => item === ids[0])?.text).toBe(POISON)
  })

  it('sends its security headers with every response', async () => {
    for (const route of ['GET /desk/nothing', 'GET /desk/batch/next', 'POST /desk/session']) {
      expect((await send(route)).headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      })
    }
  })

  it.each(['/desk/owner/', '/desk/owner//', '/desk/owner'])(
    "redirects %s to the owner's page, whatever cookies come with it",
    async (path) => {
      const { status, headers, cookies, text } = await send(`GET ${path}`, {
        cookie: 'bellwether-owner=x; __Host-bellwether-owner=y',
      })

      expect([status, headers.location, cookies, text]).toEqual([308, '/desk/owner', undefined, ''])
      expect(headers['cache-control']).toBe('no-store')
      expect((await send(`POST ${path}`, { body: {} })).status).toBe(404)
    },
  )

  it('returns the same items after a reload', async () => {
    await ask(ids)
    const cookie = await enter('ana')

    expect(await next(cookie, 5)).toEqual(await next(cookie, 5))
  })

  it('accepts an annotator whose name is a property of every JavaScript object', async () => {
    await ask(ids.slice(0, 2), 1)
    const cookie = await enter('constructor')

    expect(await next(cookie)).toHaveLength(2)
    expect(await give(cookie, [technical(ids[0]!)])).toMatchObject([{ result: 'kept' }])
    expect((await send('GET /desk/progress', { cookie })).json.batches).toMatchObject([{ yours: 1, complete: 1 }])
    expect(await next(cookie)).toHaveLength(1)
  })

  it('hands every annotator all remaining items in chunks, each item once', async () => {
    await ask(ids, 1)
    const cookies = [await enter('ana'), await enter('ben')]
    const seen: string[] = []
    for (let round = 0; round < 10; round++) {
      for (const cookie of cookies) {
        const items = await next(cookie, 10)
        seen.push(...items.map(({ item }) => item))
        await give(
          cookie,
          items.map(({ item }) => technical(item)),
        )
      }
    }

    expect(seen.sort()).toEqual(ids)
    expect(events.filter(({ name }) => name === 'BatchAnswered')).toHaveLength(1)
  })

  it('hands out items in the order of the batch, over several chunks, and accepts each answer', async () => {
    const order = [...ids].sort((a, b) => (permanentRandom(a) < permanentRandom(b) ? -1 : 1))
    await ask(order, 2)
    const cookies = [await enter('ana'), await enter('ben')]
    const seen: string[][] = [[], []]
    for (let round = 0; round < 13; round++) {
      for (const [i, cookie] of cookies.entries()) {
        const items = (await next(cookie, 10)).map(({ item }) => item)
        seen[i]!.push(...items)
        const answers = await give(
          cookie,
          items.map((item) => technical(item)),
        )
        expect(answers.filter(({ result }) => result === 'kept')).toHaveLength(10)
      }
    }

    expect(seen).toEqual([order, order])
  })

  it('reports a batch as answered with its last answer, and again when that answer is repeated', async () => {
    await ask()
    const [ana, ben] = [await enter('ana'), await enter('ben')]
    const all = (await next(ana)).map(({ item }) => technical(item))
    await give(ana, all)
    await next(ben)
    await give(ben, all.slice(0, 2))
    const before = events.length

    await give(ben, all.slice(2))
    await give(ben, all.slice(2))

    expect([before, events.length]).toEqual([0, 2])
    expect(events[0]).toEqual({ name: 'BatchAnswered', detail: expect.objectContaining({ batch: BATCH }) })
    expect(events[1]).toEqual(events[0])
  })

  it('asks a third annotator when two disagree', async () => {
    await ask(ids.slice(0, 1))
    const [ana, ben, cyd] = [await enter('ana'), await enter('ben'), await enter('cyd')]
    const item = ids[0] ?? ''
    await next(ana)
    await next(ben)
    await give(ana, [technical(item)])
    await give(ben, [{ ...technical(item), label: 'marketing' }])
    const before = events.length

    expect(await next(cyd)).toHaveLength(1)
    await give(cyd, [technical(item)])

    expect([before, events.length]).toEqual([0, 1])
  })

  it('no longer reports a batch as answered when an answer changes', async () => {
    await ask(ids.slice(0, 1))
    const [ana, ben, cyd] = [await enter('ana'), await enter('ben'), await enter('cyd')]
    const item = ids[0] ?? ''
    await next(ana)
    await next(ben)
    await give(ana, [technical(item)])
    await give(ben, [technical(item)])

    await give(ben, [{ batch: BATCH, item, revision: 1, label: 'marketing' }])

    expect((await send('GET /desk/progress', { cookie: ana })).json.batches).toMatchObject([{ complete: 0, yours: 1 }])
    expect(await next(cyd)).toHaveLength(1)
  })

  it('refuses invalid answers with a named error, and keeps the valid ones', async () => {
    await ask()
    const cookie = await enter('ana')
    const [one, two] = await next(cookie)

    const answers = await give(cookie, [
      technical(one?.item ?? ''),
      { ...technical(two?.item ?? ''), label: 'weather' },
      { ...technical(two?.item ?? ''), flag: 'unreadable' },
      { batch: '2026-11-21', item: one?.item, revision: 0, skip: true },
      technical('ffffffffffffffff'),
      'nonsense',
      { batch: '../x', item: one?.item, revision: 0, skip: true },
      { batch: BATCH, item: two?.item, revision: 0, flag: 'other-language' },
    ])

    expect(answers.map(({ result, reason }) => reason ?? result)).toEqual([
      'kept',
      'unknown-label',
      'invalid',
      'unknown-batch',
      'unknown-item',
      'invalid',
      'invalid',
      'kept',
    ])
    expect(answers[1]?.message).toContain('weather')
  })

  it('stores a note of 500 hostile characters, and replaces half a surrogate pair', async () => {
    await ask(ids.slice(0, 2), 1)
    const cookie = await enter('ana')
    const items = await next(cookie)
    const hostile = ['\u202E', '<img src=x onerror=alert(1)>', '\u2069', '𞤀'].join('').repeat(20).slice(0, 499)
    const notes = [`${hostile}!`, `${'x'.repeat(499)}\uD83D`]

    const given = await give(
      cookie,
      items.map(({ item }, i) => ({ ...technical(item, 1), note: notes[i] })),
    )
    const { json } = await send('GET /desk/answered', { cookie })

    expect(given.map(({ result }) => result)).toEqual(['kept', 'kept'])
    expect(json.items.map(({ note }: { note: string }) => note)).toEqual([
      `${'x'.repeat(499)}\uFFFD`,
      `${hostile}!`.toWellFormed(),
    ])
  })

  it("stores a note with an answer, and returns it with the day's answers", async () => {
    await ask(ids.slice(0, 2), 1)
    const cookie = await enter('ana')
    const items = await next(cookie)
    const answers = items.map(({ item }) => technical(item, 1))

    await give(cookie, [{ ...answers[0], note: ' <b>who</b>\u0007 is meant?\nAsk Ben. ' }, answers[1]])
    const { json } = await send('GET /desk/answered', { cookie, query: { count: '500' } })
    const again = await give(cookie, [{ ...answers[0], note: 'another' }])
    const refused = await give(cookie, [
      { batch: BATCH, item: items[0]?.item, revision: 2, skip: true, note: 'x' },
      { ...answers[0], revision: 2, note: 'x'.repeat(501) },
    ])

    expect(json.today).toBe(2)
    expect(new Map(json.items.map(({ item, note }: { item: string; note?: string }) => [item, note]))).toEqual(
      new Map([
        [items[0]?.item, '<b>who</b>  is meant?\nAsk Ben.'],
        [items[1]?.item, undefined],
      ]),
    )
    expect(again[0]).toMatchObject({ result: 'refused', reason: 'older' })
    expect(refused.map(({ reason }) => reason)).toEqual(['invalid', 'invalid'])
  })

  it('refuses an answer to an item that another annotator holds', async () => {
    await ask(ids.slice(0, 1), 1)
    const [ana, ben] = [await enter('ana'), await enter('ben')]
    await next(ana)

    expect(await give(ben, [technical(ids[0] ?? '')])).toMatchObject([{ result: 'refused', reason: 'not-asked' }])
  })

  it.each<[string, string, Sent, number]>([
    ['a body that is not JSON', 'POST /desk/answers', { raw: '{' }, 400],
    ['a body of another type', 'POST /desk/answers', { raw: '{}', headers: { 'content-type': 'text/plain' } }, 400],
    ['no list', 'POST /desk/answers', { body: [] }, 400],
    ['too long a list', 'POST /desk/answers', { body: { answers: Array.from({ length: 101 }, () => 1) } }, 400],
    ['a count that is not a number', 'GET /desk/batch/next', { query: { count: 'many' } }, 400],
    ['a count too high', 'GET /desk/batch/next', { query: { count: '51' } }, 400],
    ['an unknown route', 'GET /desk/secrets', {}, 404],
    ['another method', 'DELETE /desk/answers', {}, 404],
  ])('answers with a plain error to %s', async (_, route, sent, status) => {
    const cookie = await enter('ana')

    const answer = await send(route, { ...sent, cookie })

    expect(answer.status).toBe(status)
    expect(answer.json).toEqual({ error: expect.any(String), message: expect.any(String) })
  })

  it('does not reveal internal errors', async () => {
    await ask()
    const cookie = await enter('ana')
    table = {
      ...table,
      getMany: () => {
        throw new Error('secret of the table')
      },
    }

    const { status, text } = await send('GET /desk/batch/next', { cookie })

    expect(status).toBe(500)
    expect(text).not.toContain('secret')
    expect(JSON.stringify(logged)).toContain('secret of the table')
  })

  it("counts the finished items, and the annotator's own", async () => {
    await ask(ids.slice(0, 3), 1)
    const cookie = await enter('ana')
    const items = await next(cookie)
    await give(
      cookie,
      items.slice(0, 2).map(({ item }) => technical(item)),
    )

    expect((await send('GET /desk/progress', { cookie })).json).toEqual({
      annotator: 'ana',
      today: 2,
      batches: [{ batch: BATCH, deadline: '2026-11-22T21:00:00Z', items: 3, complete: 2, yours: 2, done: 2 }],
    })
  })

  it('hands out the batch with the earliest deadline, and of equal deadlines the newest batch', async () => {
    await ask(ids.slice(0, 1), 2, '2026-11-20')
    await ask(ids.slice(1, 2), 2, '2026-11-21', '2026-11-22T20:59:00Z')
    await ask(ids.slice(2, 3), 2, '2026-11-21-2')
    await ask(ids.slice(3, 4), 2, '2026-11-19', '2026-11-21T21:00:00Z')
    const ana = await enter('ana')

    expect((await next(ana)).map(({ batch }) => batch)).toEqual([
      '2026-11-19',
      '2026-11-21',
      '2026-11-21-2',
      '2026-11-20',
    ])
  })

  it('shows recent answers, latest first, while they can be changed', async () => {
    await ask(ids.slice(0, 3), 1)
    const cookie = await enter('ana')
    const items = await next(cookie)
    for (const { item } of items) {
      now = new Date(now.getTime() + 1000)
      await give(cookie, [technical(item, 4)])
    }

    const { json } = await send('GET /desk/answered', { cookie, query: { count: '2' } })

    expect(json.items).toEqual(
      [items[2], items[1]].map((shown) => ({ ...shown, given: { label: 'technical' }, revision: 4 })),
    )
    expect(json.categories[BATCH]).toHaveLength(2)
    expect((await send('GET /desk/answered', { cookie: await enter('ben') })).json.items).toEqual([])
  })

  it('keeps the order of answers that were sent together', async () => {
    await ask(ids.slice(0, 4), 1)
    const cookie = await enter('ana')
    const items = (await next(cookie)).map(({ item }) => item)
    const order = [items[2]!, items[0]!, items[3]!, items[1]!]
    await give(
      cookie,
      order.map((item) => technical(item)),
    )

    const { json } = await send('GET /desk/answered', { cookie, query: { count: '4' } })

    expect(json.items.map(({ item }: { item: string }) => item)).toEqual(order.toReversed())
  })

  it('counts an item once a day, however often its answer changes', async () => {
    await ask(ids.slice(0, 2), 1)
    const cookie = await enter('ana')
    const [one, two] = await next(cookie)
    const sendOne = (item = '', revision = 0) =>
      send('POST /desk/answers', { cookie, body: { answers: [technical(item, revision)] } })

    const today = [await sendOne(one?.item), await sendOne(one?.item, 1), await sendOne(two?.item)]

    expect(today.map(({ json }) => json.today)).toEqual([1, 1, 2])
  })

  it('neither loses nor repeats an answer when many annotators work at once', async () => {
    await ask(ids, 2)
    const cookies = await Promise.all(['ana', 'ben', 'cyd', 'dan', 'eve', 'fay'].map(enter))
    const given = await Promise.all(
      cookies.map(async (cookie) => {
        let kept = 0
        for (let items = await next(cookie, 7); items.length > 0; items = await next(cookie, 7)) {
          kept += (
            await give(
              cookie,
              items.map(({ item }) => technical(item)),
            )
          ).filter(({ result }) => result === 'kept').length
        }
        return kept
      }),
    )

    expect(given.reduce((sum, count) => sum + count, 0)).toBe(2 * ids.length)
    expect(events.length).toBeGreaterThan(0)
  })
})

import { beforeEach, describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { answerInvitation, invitationRequest } from '../../../shared/web/invitation'
import { report } from '../../../services/report/report'
import { keys } from '../../../shared/keys'
import { readRequest } from '../../../shared/web/http'
import { openSession } from '../../../shared/web/session'
import { parseSettings } from '../../../shared/settings'
import type { Table } from '../../../shared/table'
import { revoke } from '../../../shared/state/people'
import { type TestBucket, testBucket } from '../../shared/bucket'
import { cardExample } from '../../shared/card'
import { evidenceExample } from '../../shared/evidence'
import { memoryTable } from '../../shared/memory-table'
import { sentBack } from '../../shared/web/cookies'
import { linkKeys } from '../../shared/web/keys'
import { tell } from './stories'

const settings = parseSettings(readFileSync(path.resolve('bellwether.yml'), 'utf8'))
const now = new Date('2026-11-23T10:00:00.500Z')

let bucket: TestBucket
let table: Table
let logged: unknown[]

beforeEach(async () => {
  bucket = testBucket()
  table = memoryTable()
  logged = []
  await tell(bucket, table, { from: '2026-11-20', days: 3, verdicts: ['promoted'] })
  bucket.written.length = 0
})

async function send(route: string, { cookie, query, body }: { cookie?: string; query?: object; body?: unknown } = {}) {
  const [method, rawPath] = route.split(' ')
  const serve = report({
    objects: bucket,
    table,
    settings,
    linkKey: linkKeys.reader,
    page: ({ path: asked }) => (asked === '/report' ? { status: 200, body: 'the page' } : undefined),
    log: { error: (...given: unknown[]) => void logged.push(given) },
  })
  const answer = await serve(
    {
      version: '2.0',
      rawPath,
      queryStringParameters: query,
      headers: { 'content-type': 'application/json' },
      cookies: cookie ? cookie.split('; ') : [],
      body: body === undefined ? '' : JSON.stringify(body),
      requestContext: { http: { method } },
    },
    now,
  )
  return { ...answer, json: JSON.parse(answer.body || 'null') }
}

async function tokenOf(person: object): Promise<string> {
  const ports = { table, linkKeys, siteUrl: 'https://site.example', settleAnswered: async () => undefined }
  const made = await answerInvitation(ports)(invitationRequest.parse(person), { now })
  return 'url' in made ? new URL(made.url).hash.slice(1) : ''
}

async function enter(person: object) {
  const token = await tokenOf(person)
  const { statusCode, cookies, json } = await send('POST /report/session', { body: { token } })
  return { statusCode, cookie: sentBack(cookies).join('; '), json }
}

/** A session of an owner who entered through the owner's page. */
async function ownersCookie(): Promise<string> {
  const entered = readRequest({
    version: '2.0',
    rawPath: '/desk/owner/session',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: await tokenOf({ owner: 'me' }) }),
    requestContext: { http: { method: 'POST' } },
  })
  const { cookies = [] } = await openSession(
    { table, linkKey: linkKeys.owner, reportKey: linkKeys.reader },
    'owner',
    entered,
    now,
  )
  return sentBack(cookies.filter((one) => !one.includes('Path=/desk/owner'))).join('; ')
}

it.each([{ to: 'yesterday' }, { from: '2026-13-45' }, { against: '../x' }])(
  'refuses the date range %j',
  async (query) => {
    const { cookie } = await enter({ reader: 'team' })

    expect(await send('GET /report/data', { cookie, query })).toMatchObject({ statusCode: 400 })
  },
)

describe('the evidence of a day', () => {
  const query = { hashtag: 'aws', stream: 'x', date: '2026-11-21' }

  beforeEach(() => bucket.put(keys.evidence(query), JSON.stringify(evidenceExample)))

  it('is words for a reader, and posts for an owner', async () => {
    const { cookie } = await enter({ reader: 'team' })
    const forReader = await send('GET /report/evidence', { cookie, query })

    expect(forReader.json).toMatchObject({ shows: 'none', labels: [{ messages: [], moves: [] }, {}] })
    expect(forReader.body).not.toContain('cold starts')
    const forOwner = await send('GET /report/evidence', { cookie: await ownersCookie(), query })
    expect(forOwner.json).toMatchObject({ shows: 'links', labels: [{ messages: [{ posts: 12 }] }, {}] })
  })

  it('is found by its hashtag on a day of a release without streams', async () => {
    const { cookie } = await enter({ reader: 'team' })
    await bucket.put(keys.evidence({ hashtag: 'aws', date: '2026-11-20' }), JSON.stringify(evidenceExample))

    expect(await send('GET /report/evidence', { cookie, query: { ...query, date: '2026-11-20' } })).toMatchObject({
      statusCode: 200,
    })
  })

  it.each([
    [{ ...query, hashtag: 'a/../b' }, 400],
    [{ ...query, stream: '..' }, 400],
    [{ hashtag: 'aws' }, 400],
  ])('requested with %j answers %d', async (other, status) => {
    const { cookie } = await enter({ reader: 'team' })

    expect(await send('GET /report/evidence', { cookie, query: other })).toMatchObject({ statusCode: status })
  })

  it('is null when none was written', async () => {
    const { cookie } = await enter({ reader: 'team' })

    expect(await send('GET /report/evidence', { cookie, query: { ...query, date: '2026-11-01' } })).toMatchObject({
      statusCode: 200,
      json: null,
    })
  })

  it('is refused without a session', async () => {
    expect(await send('GET /report/evidence', { query })).toMatchObject({ statusCode: 401 })
  })
})

describe('access to the report', () => {
  it('is granted to a reader', async () => {
    const { cookie } = await enter({ reader: 'team' })

    expect((await send('GET /report/data', { cookie })).json.days).toHaveLength(6)
  })

  it("is granted to an owner who entered through the owner's page", async () => {
    const cookie = await ownersCookie()

    expect((await send('GET /report/data', { cookie })).json.days).toHaveLength(6)
    expect((await send('GET /report/session', { cookie })).json).toEqual({ name: 'me', role: 'owner' })
  })

  it("is refused to an owner's link, which the report cannot check", async () => {
    expect(await enter({ owner: 'me' })).toMatchObject({ statusCode: 401, json: { error: 'foreign' } })
  })

  it('is refused without a link', async () => {
    expect((await send('GET /report/data')).statusCode).toBe(401)
    expect((await send('GET /report/card', { query: { job: cardExample.job } })).statusCode).toBe(401)
  })

  it('is refused to an annotator', async () => {
    expect(await enter({ annotator: 'ana' })).toMatchObject({ statusCode: 401, json: { error: 'foreign' } })
  })

  it('is refused after the link is revoked', async () => {
    const { cookie } = await enter({ reader: 'team' })
    await revoke(table, 'team')

    expect((await send('GET /report/data', { cookie })).statusCode).toBe(401)
  })
})

describe('a model card', () => {
  it('is returned as it is stored', async () => {
    const { cookie } = await enter({ reader: 'team' })
    const job = 'bellwether-dev-3f9c2a7d0b1e4c55-1'

    expect((await send('GET /report/card', { cookie, query: { job } })).json).toMatchObject({ job, gate: {} })
  })

  it.each([
    [{}, 400],
    [{ job: '../champion' }, 400],
    [{ job: 'another-1' }, 404],
  ])('requested with %p answers %p', async (query, statusCode) => {
    const { cookie } = await enter({ reader: 'team' })

    expect((await send('GET /report/card', { cookie, query })).statusCode).toBe(statusCode)
  })

  it('is reported with the reason when it is malformed', async () => {
    const { cookie } = await enter({ reader: 'team' })
    await bucket.put(keys.card({ job: 'broken-1' }), '{"job":"broken-1"}')
    const { statusCode, json } = await send('GET /report/card', { cookie, query: { job: 'broken-1' } })

    expect([statusCode, json.error]).toEqual([500, 'unreadable'])
    expect(json.message).toContain('models/broken-1/card.json')
  })
})

it('serves the page itself, for a model too, to anybody, because it has no data', async () => {
  expect((await send('GET /report')).json).toBe('the page')
  expect((await send('GET /report/model')).json).toBe('the page')
  expect((await send('GET /report/other')).statusCode).toBe(404)
})

it('writes nothing', async () => {
  const { cookie } = await enter({ reader: 'team' })
  await send('GET /report/data', { cookie })

  expect((await send('POST /report/data', { cookie, body: {} })).statusCode).toBe(404)
  expect(bucket.written).toEqual([])
})

it('does not reveal internal errors', async () => {
  const { cookie } = await enter({ reader: 'team' })
  bucket.list = () => {
    throw new Error('s3 said no to arn:aws:iam::1')
  }
  const { statusCode, body } = await send('GET /report/data', { cookie })

  expect(statusCode).toBe(500)
  expect(body).not.toContain('arn')
  expect(JSON.stringify(logged)).toContain('s3 said no')
})

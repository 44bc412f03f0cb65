import { beforeEach, describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { report } from '../../../services/report/report'
import { parseSettings, type Settings } from '../../../shared/settings'
import { revoke } from '../../../shared/state/people'
import type { Table } from '../../../shared/table'
import { answerInvitation, invitationRequest } from '../../../shared/web/invitation'
import { type TestBucket, testBucket } from '../../shared/bucket'
import { memoryTable } from '../../shared/memory-table'
import { sentBack } from '../../shared/web/cookies'
import { linkKeys } from '../../shared/web/keys'
import { tell } from './stories'

const packaged = parseSettings(readFileSync(path.resolve('bellwether.yml'), 'utf8'))
const now = new Date('2026-11-23T10:00:00.500Z')

let bucket: TestBucket
let table: Table
let settings: Settings

beforeEach(async () => {
  bucket = testBucket()
  table = memoryTable()
  settings = packaged
  await tell(bucket, table, { from: '2026-11-09', days: 14, verdicts: ['promoted'] })
})

interface Sent {
  at?: Date
  body?: unknown
  cookies?: string[]
  headers?: Record<string, string>
}

async function send(route: string, { at = now, body, cookies = [], headers }: Sent = {}) {
  const [method, rawPath] = route.split(' ')
  const serve = report({
    objects: bucket,
    table,
    settings,
    linkKey: linkKeys.reader,
    page: () => undefined,
    log: { error: () => undefined },
  })
  return serve(
    {
      version: '2.0',
      rawPath,
      headers: { 'content-type': 'application/json', ...headers },
      cookies,
      body: body === undefined ? '' : JSON.stringify(body),
      requestContext: { http: { method } },
    },
    at,
  )
}

async function addressOf(request: object): Promise<string> {
  const ports = { table, linkKeys, siteUrl: 'https://site.example', settleAnswered: async () => undefined }
  const made = await answerInvitation(ports)(invitationRequest.parse(request), { now })
  return 'url' in made ? made.url : ''
}

const WIKI = { card: 'wiki', hashtag: 'aws', label: 'technical' }
const pathOf = async (request: object = WIKI) => new URL(await addressOf(request)).pathname

describe('an embeddable card with one number', () => {
  it('has one number with its interval, and no script, post, cookie or cache', async () => {
    const { statusCode, body, headers, cookies } = await send(`GET ${await pathOf()}`)

    expect(statusCode).toBe(200)
    expect(body).toMatch(/<p class="n">\d+&nbsp;%<\/p>/)
    expect(body).toMatch(/in the seven days to <time datetime="2026-11-22">22 November 2026/)
    expect(body).toMatch(/95&nbsp;% interval \d+ to \d+&nbsp;%, from \d+ labels given by people/)
    expect(body).not.toMatch(/<script|<a |cold starts/)
    expect(cookies).toBeUndefined()
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
  })

  it('may be framed only by origins in report.embedIn', async () => {
    const at = await pathOf()
    const before = await send(`GET ${at}`)
    settings = { ...packaged, report: { ...packaged.report, embedIn: ['https://wiki.example.com'] } }
    const after = await send(`GET ${at}`)

    expect(before.headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(before.headers['x-frame-options']).toBe('DENY')
    expect(after.headers['content-security-policy']).toContain('frame-ancestors https://wiki.example.com;')
    expect(after.headers['content-security-policy']).toContain("default-src 'none'")
    expect(after.headers['x-frame-options']).toBeUndefined()
  })

  it('ends when its link is revoked, and when it expires', async () => {
    const at = await pathOf({ ...WIKI, hours: 1 })

    expect(await send(`GET ${at}`, { at: new Date('2026-11-23T11:00:02Z') })).toMatchObject({ statusCode: 404 })
    await revoke(table, 'wiki', ['reader'])
    expect(await send(`GET ${at}`)).toMatchObject({ statusCode: 404 })
  })

  it('gives no access to other pages, and other links give none to it', async () => {
    const token = (await pathOf()).split('/').at(-1)
    const link = new URL(await addressOf({ reader: 'wiki' })).hash.slice(1)

    expect(await send('POST /report/session', { body: { token } })).toMatchObject({ statusCode: 401 })
    expect(await send(`GET /card/${link}`)).toMatchObject({ statusCode: 404 })
    expect(await send(`GET /card/${token}x`)).toMatchObject({ statusCode: 404 })
    expect(await send(`POST /card/${token}`)).toMatchObject({ statusCode: 404 })
  })

  it('is not a session, and a session is not a card', async () => {
    const token = (await pathOf()).split('/').at(-1)
    const link = new URL(await addressOf({ reader: 'wiki' })).hash.slice(1)
    const opened = sentBack((await send('POST /report/session', { body: { token: link } })).cookies)
    const [session = ''] = opened.map((cookie) => cookie.split('=')[1])

    expect(await send('GET /report/session', { cookies: opened })).toMatchObject({ statusCode: 200 })
    expect(await send(`GET /card/${session}`)).toMatchObject({ statusCode: 404 })
    const asSession = [`bellwether-reader=${token}`, ...opened.filter((cookie) => cookie.startsWith('__Host-'))]
    expect(await send('GET /report/session', { cookies: asSession })).toMatchObject({ statusCode: 401 })
  })

  it('is shown in a page of another site, which gets nothing else', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'iframe' }

    expect(await send(`GET ${await pathOf()}`, { headers })).toMatchObject({ statusCode: 200 })
    expect(await send('GET /report/data', { headers })).toMatchObject({ statusCode: 403 })
  })

  it('says that an unknown label has no number, and escapes its name', async () => {
    const { body } = await send(`GET ${await pathOf({ ...WIKI, label: '<b onclick="x">' })}`)

    expect(body).toContain('There is no number yet')
    expect(body).toContain('&#60;b onclick=&#34;x&#34;&#62;')
    expect(body).not.toContain('<b ')
  })

  it('has no number while annotators disagree too often', async () => {
    bucket = testBucket()
    await tell(bucket, table, { from: '2026-11-09', days: 14, status: 'unreliable', unreliableFrom: 10 })

    expect((await send(`GET ${await pathOf()}`)).body).toContain('There is no number yet')
  })
})

it.each([
  'http://wiki.example.com',
  'https://wiki.example.com/path',
  "https://a.example; script-src 'unsafe-inline'",
  '*',
])('refuses to be embedded in %s', (origin) => {
  const yaml = `${readFileSync(path.resolve('bellwether.yml'), 'utf8')}\nreport: { embedIn: [${JSON.stringify(origin)}] }\n`

  expect(() => parseSettings(yaml)).toThrow(/embedIn.*an origin, as in/)
})

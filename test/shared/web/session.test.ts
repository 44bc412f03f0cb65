import { beforeEach, describe, expect, it } from '@jest/globals'
import { answerInvitation, invitationRequest } from '../../../shared/web/invitation'
import type { Table } from '../../../shared/table'
import { readRequest } from '../../../shared/web/http'
import { invitedAt, type PersonRole } from '../../../shared/state/people'
import { sign } from '../../../shared/web/link'
import { openSession, whoAsks } from '../../../shared/web/session'
import { memoryTable } from '../memory-table'
import { linkKeys } from './keys'

let table: Table
let now: Date

beforeEach(() => {
  table = memoryTable()
  now = new Date('2026-11-22T10:00:00.500Z')
})

const request = (cookies: string[] = [], body?: unknown, query: Record<string, string> = {}) =>
  readRequest({
    version: '2.0',
    rawPath: '/x',
    cookies,
    queryStringParameters: query,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    requestContext: { http: { method: 'POST' } },
  })

const ask = (input: object) =>
  answerInvitation({ table, linkKeys, siteUrl: 'https://site.example', settleAnswered: async () => undefined })(
    invitationRequest.parse(input),
    { now },
  )

async function tokenFor(role: PersonRole, name: string): Promise<string> {
  const made = await ask({ [role]: name })
  return 'url' in made ? new URL(made.url).hash.slice(1) : ''
}

/** The page of a role, with the keys that its function has. */
const entranceOf = (role: PersonRole) => ({
  table,
  linkKey: linkKeys[role],
  ...(role === 'owner' && { reportKey: linkKeys.reader }),
})

/** The cookies of a session with their attributes. */
async function setCookies(role: PersonRole, name: string): Promise<string[]> {
  const { cookies = [] } = await openSession(
    entranceOf(role),
    role,
    request([], { token: await tokenFor(role, name) }),
    now,
  )
  return cookies
}

const cookiesFor = async (role: PersonRole, name: string): Promise<string[]> =>
  (await setCookies(role, name)).map((cookie) => cookie.split(';')[0] ?? '')

const cookieFor = async (role: PersonRole, name: string): Promise<string> => (await cookiesFor(role, name))[0] ?? ''

/** Of several roles, the first one's page is asked. */
const asks = (roles: [PersonRole, ...PersonRole[]], cookies: string[], query?: Record<string, string>) =>
  whoAsks(entranceOf(roles[0]), roles, request(cookies, undefined, query), now)

describe('a link', () => {
  it.each([
    [{ annotator: 'ana' }, 'https://site.example/desk#'],
    [{ owner: 'me' }, 'https://site.example/desk/owner#'],
    [{ reader: 'team' }, 'https://site.example/report#'],
  ])('for %p opens its own page', async (input, page) => {
    expect(await ask(input)).toMatchObject({ url: expect.stringContaining(page) })
  })

  it.each<[PersonRole, PersonRole]>([
    ['reader', 'annotator'],
    ['reader', 'owner'],
    ['annotator', 'owner'],
    ['annotator', 'reader'],
    ['owner', 'annotator'],
    ['owner', 'reader'],
  ])("of a %s opens no %s's page", async (role, other) => {
    const token = await tokenFor(role, 'ana')

    const reply = await openSession(entranceOf(other), other, request([], { token }), now)

    expect(reply).toMatchObject({ status: 401, body: { error: 'foreign' } })
    expect(reply.cookies).toBeUndefined()
  })

  it.each<[PersonRole, PersonRole]>([
    ['annotator', 'owner'],
    ['annotator', 'reader'],
    ['reader', 'owner'],
    ['reader', 'annotator'],
  ])('signed with the key of a %s lets in no %s', async (stolen, role) => {
    await ask({ [role]: 'ana' })
    const bearer = { name: 'ana', role, issuedMs: now.getTime(), expiresMs: now.getTime() + 3_600_000 }
    const token = await sign(await linkKeys[stolen](), 'link', bearer)

    expect(await openSession(entranceOf(role), role, request([], { token }), now)).toMatchObject({
      status: 401,
      body: { error: 'forged' },
    })
  })
})

describe('a session', () => {
  it('is taken in each role that may ask, and in no other', async () => {
    const [owner = '', ownerAtReport = ''] = await cookiesFor('owner', 'me')

    expect(await asks(['owner'], [owner])).toMatchObject({ name: 'me', role: 'owner' })
    expect(await asks(['reader', 'owner'], [ownerAtReport])).toMatchObject({ name: 'me', role: 'owner' })
    expect(await asks(['reader', 'owner'], [owner])).toMatchObject({ status: 401, body: { error: 'missing' } })
    expect(await asks(['reader'], [ownerAtReport])).toMatchObject({ status: 401, body: { error: 'foreign' } })
  })

  it('that an owner has at the report opens no page of owners', async () => {
    const [, atReport = ''] = await cookiesFor('owner', 'me')
    const [, session = ''] = atReport.split(/=(.*)/)

    expect(await asks(['owner'], [`bellwether-owner=${session}`])).toMatchObject({ body: { error: 'forged' } })
  })

  it('is sent to its own page alone', async () => {
    const paths = async (role: PersonRole) =>
      (await setCookies(role, 'ana')).map((cookie) => /; Path=([^;]+)/.exec(cookie)?.[1])

    expect([await paths('annotator'), await paths('owner'), await paths('reader')]).toEqual([
      ['/desk'],
      ['/desk/owner', '/report'],
      ['/report'],
    ])
  })

  it('counts though a stale one of another role is sent with it', async () => {
    const reader = await cookieFor('reader', 'team')
    await ask({ revoke: 'team' })
    const [, ownerAtReport = ''] = await cookiesFor('owner', 'me')

    expect(await asks(['reader', 'owner'], [reader])).toMatchObject({ body: { error: 'revoked' } })
    expect(await asks(['reader', 'owner'], [reader, ownerAtReport])).toMatchObject({ name: 'me', role: 'owner' })
  })

  it('of an older release, kept for every path, does not hide the one of its own path', async () => {
    const cookie = await cookieFor('owner', 'me')

    expect(await asks(['owner'], [cookie, 'bellwether-owner=older'])).toMatchObject({ name: 'me' })
  })

  it('is found behind a stale one of the same name, whichever the browser sends first', async () => {
    const stale = await cookieFor('owner', 'me')
    await ask({ revoke: 'me' })
    const cookie = await cookieFor('owner', 'me')

    expect(await asks(['owner'], [stale, cookie])).toMatchObject({ name: 'me' })
    expect(await asks(['owner'], [cookie, stale])).toMatchObject({ name: 'me' })
    expect(await asks(['owner'], ['bellwether-owner=forged', 'bellwether-owner=', cookie])).toMatchObject({
      name: 'me',
    })
    expect(await asks(['owner'], [stale, 'bellwether-owner=forged'])).toMatchObject({ body: { error: 'revoked' } })
  })

  it('does not serve under the name of another role', async () => {
    const [, session = ''] = (await cookieFor('reader', 'team')).split(/=(.*)/)

    expect(await asks(['owner'], [`bellwether-owner=${session}`])).toMatchObject({ status: 401 })
  })

  it('is refused to a page that was opened by somebody else', async () => {
    const cookie = await cookieFor('annotator', 'ana')

    expect(await asks(['annotator'], [cookie], { as: 'ana' })).toMatchObject({ name: 'ana' })
    expect(await asks(['annotator'], [cookie], { as: 'ben' })).toMatchObject({ status: 409, body: { error: 'other' } })
  })

  it('ends in every role when its name is revoked', async () => {
    const cookies = [await cookieFor('annotator', 'ana'), await cookieFor('owner', 'ana')]
    await cookieFor('annotator', 'ben')

    expect(await ask({ revoke: 'ana' })).toEqual({ revoked: 'ana', wasInvited: true })

    expect(await asks(['annotator'], cookies)).toMatchObject({ body: { error: 'revoked' } })
    expect(await asks(['owner'], cookies)).toMatchObject({ body: { error: 'revoked' } })
    expect((await invitedAt(table, now.getTime())).annotators).toEqual(['ben'])
  })
})

it('counts as annotators only those who answer', async () => {
  for (const input of [{ annotator: 'ana' }, { owner: 'me' }, { reader: 'team' }]) await ask(input)

  expect((await invitedAt(table, now.getTime())).annotators).toEqual(['ana'])
})

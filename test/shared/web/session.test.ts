import { beforeEach, describe, expect, it } from '@jest/globals'
import { answerInvitation, invitationRequest } from '../../../shared/web/invitation'
import type { Table } from '../../../shared/table'
import { readRequest } from '../../../shared/web/http'
import { invitedAt, type PersonRole } from '../../../shared/state/people'
import { sign } from '../../../shared/web/link'
import { openSession, whoAsks } from '../../../shared/web/session'
import { memoryTable } from '../memory-table'
import { sentBack } from './cookies'
import { linkKeys } from './keys'

let table: Table
let now: Date

beforeEach(() => {
  table = memoryTable()
  now = new Date('2026-11-22T10:00:00.500Z')
})

const request = (
  cookies: string[] = [],
  body?: unknown,
  query: Record<string, string> = {},
  headers: Record<string, string> = {},
) =>
  readRequest({
    version: '2.0',
    rawPath: '/x',
    cookies,
    queryStringParameters: query,
    headers: { 'content-type': 'application/json', ...headers },
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

/** The page of a role, with the keys of its function. */
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

/** The cookies after a link was opened: the sessions and the secret they are bound to. */
const cookiesFor = async (role: PersonRole, name: string): Promise<string[]> => sentBack(await setCookies(role, name))

/** The value of the cookie of this name. */
const valueOf = (cookies: readonly string[], name: string): string =>
  cookies.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''

const secretIn = (cookies: readonly string[]): string => cookies.find((one) => one.startsWith('__Host-')) ?? ''
const sessionsIn = (cookies: readonly string[]): string[] => cookies.filter((one) => !one.startsWith('__Host-'))

/** With several roles, the request goes to the first one's page. */
const asks = (roles: [PersonRole, ...PersonRole[]], cookies: string[], query?: Record<string, string>) =>
  whoAsks(entranceOf(roles[0]), roles, request(cookies, undefined, query), now)

describe('a link', () => {
  it.each([
    [{ annotator: 'ana' }, 'https://site.example/desk#'],
    [{ owner: 'me' }, 'https://site.example/desk/owner#'],
    [{ reader: 'team' }, 'https://site.example/report#'],
  ])('opens its own page: %p', async (input, page) => {
    expect(await ask(input)).toMatchObject({ url: expect.stringContaining(page) })
  })

  it.each<[PersonRole, PersonRole]>([
    ['reader', 'annotator'],
    ['reader', 'owner'],
    ['annotator', 'owner'],
    ['annotator', 'reader'],
    ['owner', 'annotator'],
    ['owner', 'reader'],
  ])('opens, for a %s, not the page of a %s', async (role, other) => {
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
  ])('is refused when it is signed with the key of a %s for a %s', async (stolen, role) => {
    await ask({ [role]: 'ana' })
    const bearer = { name: 'ana', role, issuedMs: now.getTime(), expiresMs: now.getTime() + 3_600_000 }
    const token = await sign(await linkKeys[stolen](), 'link', bearer)

    expect(await openSession(entranceOf(role), role, request([], { token }), now)).toMatchObject({
      status: 401,
      body: { error: 'forged' },
    })
  })
})

it.each<[string, unknown]>([
  ['no token', {}],
  ['a token that is too long', { token: 'x'.repeat(4097) }],
  ['many unknown fields', Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`field-${i}`, i]))],
  ['no object', 'x'.repeat(100_000)],
])('answers an exchange of a link with %s with one sentence', async (_, body) => {
  const reply = await openSession(entranceOf('annotator'), 'annotator', request([], body), now)

  expect(reply).toMatchObject({ status: 400, body: { error: 'invalid' } })
  expect(JSON.stringify(reply.body).length).toBeLessThan(200)
})

describe('a session', () => {
  it('is accepted in each role that may ask, and in no other', async () => {
    const [owner = '', ownerAtReport = '', secret = ''] = await cookiesFor('owner', 'me')

    expect(await asks(['owner'], [owner, secret])).toMatchObject({ name: 'me', role: 'owner' })
    expect(await asks(['reader', 'owner'], [ownerAtReport, secret])).toMatchObject({ name: 'me', role: 'owner' })
    expect(await asks(['reader', 'owner'], [owner, secret])).toMatchObject({ status: 401, body: { error: 'missing' } })
    expect(await asks(['reader'], [ownerAtReport, secret])).toMatchObject({ status: 401, body: { error: 'foreign' } })
  })

  it("opens no owner's page when it is an owner's session at the report", async () => {
    const cookies = await cookiesFor('owner', 'me')
    const session = valueOf(cookies, 'bellwether-owner-report')

    expect(await asks(['owner'], [`bellwether-owner=${session}`, secretIn(cookies)])).toMatchObject({
      body: { error: 'forged' },
    })
  })

  it.each<[PersonRole, string[]]>([
    ['annotator', ['/desk', '/']],
    ['owner', ['/desk/owner', '/report', '/']],
    ['reader', ['/report', '/']],
  ])('is sent for an %s only to its own page, and its secret to every page', async (role, paths) => {
    const cookies = await setCookies(role, 'ana')

    expect(cookies.map((cookie) => /; Path=([^;]+)/.exec(cookie)?.[1])).toEqual(paths)
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; Max-Age=\d+; Path=[^;]+; HttpOnly; Secure; SameSite=Strict$/)
    }
  })

  it('is bound to a fresh secret of 128 bits, kept as long, in a cookie that no other host can set', async () => {
    const [session = '', first = ''] = await setCookies('annotator', 'ana')
    const [, second = ''] = await setCookies('annotator', 'ana')
    const ageOf = (cookie: string) => /Max-Age=(\d+)/.exec(cookie)?.[1]

    expect(first).toMatch(/^__Host-bellwether-annotator=[\w-]{22}; /)
    expect(first).not.toContain('Domain')
    expect(ageOf(first)).toBe(ageOf(session))
    expect(second.split(';')[0]).not.toBe(first.split(';')[0])
    expect(session).not.toContain(valueOf(sentBack([first]), '__Host-bellwether-annotator'))
  })

  it('keeps the cookies of a request to the report below 1,500 bytes, for an owner who is also a reader', async () => {
    const name = 'a'.repeat(32)
    const cookies = [...(await cookiesFor('owner', name)).slice(1), ...(await cookiesFor('reader', name))]

    expect(cookies).toHaveLength(4)
    expect(cookies.join('; ').length).toBeLessThan(1500)
  })

  it.each<[string, (own: string[], other: string[]) => string[]]>([
    ['without its secret', (own) => sessionsIn(own)],
    ["with another's secret", (own, other) => [...sessionsIn(own), secretIn(other)]],
    ['with an empty secret', (own) => [...sessionsIn(own), '__Host-bellwether-annotator=']],
    [
      'with its secret under the name of another role',
      (own) => [...sessionsIn(own), secretIn(own).replace('annotator', 'reader')],
    ],
    [
      'with its secret in a cookie that a sibling domain can set',
      (own) => [...sessionsIn(own), secretIn(own).replace('__Host-', '')],
    ],
    // To a browser these names have no prefix, so that a sibling domain can set them.
    ...['\u2000', '\u00a0', '\ufeff', '\u2028'].map((space): [string, (own: string[]) => string[]] => [
      `with its secret behind the space U+${space.charCodeAt(0).toString(16)}`,
      (own) => [...sessionsIn(own), `${space}${secretIn(own)}`, secretIn(own).replace('=', `${space}=`)],
    ]),
  ])('is refused %s', async (_, sent) => {
    const [own, other] = [await cookiesFor('annotator', 'ana'), await cookiesFor('annotator', 'ben')]

    expect(await asks(['annotator'], own)).toMatchObject({ name: 'ana' })
    expect(await asks(['annotator'], sent(own, other))).toMatchObject({
      status: 401,
      body: { error: 'missing', message: expect.stringContaining('open it again') },
    })
  })

  it('is asked for the link again when it is from a release without secrets; the link is still valid', async () => {
    const token = await tokenFor('annotator', 'ana')
    const bearer = { name: 'ana', role: 'annotator', issuedMs: now.getTime(), expiresMs: now.getTime() + 1e6 } as const
    const before = `bellwether-annotator=${await sign(await linkKeys.annotator(), 'session', bearer)}`

    expect(await asks(['annotator'], [before])).toMatchObject({ body: { error: 'missing' } })
    const { cookies } = await openSession(entranceOf('annotator'), 'annotator', request([before], { token }), now)
    expect(await asks(['annotator'], [before, ...sentBack(cookies)])).toMatchObject({ name: 'ana' })
  })

  it('is accepted whichever of several secrets the browser sends first', async () => {
    const cookies = await cookiesFor('annotator', 'ana')
    const [stale, other] = ['__Host-bellwether-annotator=stale', secretIn(await cookiesFor('annotator', 'ben'))]

    expect(await asks(['annotator'], [stale, other, ...cookies])).toMatchObject({ name: 'ana' })
    expect(await asks(['annotator'], [...cookies, other, stale])).toMatchObject({ name: 'ana' })
    expect(await asks(['annotator'], [...Array<string>(20).fill(stale), ...cookies])).toMatchObject({ name: 'ana' })
  })

  it("is not replaced by the attacker's own valid one, however many are planted", async () => {
    const victim = await cookiesFor('annotator', 'ana')
    const planted = sessionsIn(await cookiesFor('annotator', 'eve'))
    const many = Array<string>(20).fill(planted[0] ?? '')

    for (const cookies of [
      [...planted, ...victim],
      [...victim, ...planted],
      [...many, ...victim],
    ]) {
      expect(await asks(['annotator'], cookies)).toMatchObject({ name: 'ana' })
    }
    expect(await asks(['annotator'], [...planted, secretIn(victim)])).toMatchObject({ body: { error: 'missing' } })
  })

  it('is refused with the session of another link that was opened in the same browser', async () => {
    const first = await cookiesFor('annotator', 'ana')
    const second = await cookiesFor('annotator', 'ben')

    expect(await asks(['annotator'], second)).toMatchObject({ name: 'ben' })
    expect(await asks(['annotator'], [...sessionsIn(first), ...second])).toMatchObject({ name: 'ben' })
  })

  it('is opened again by the same link: each browser gets its own secret, and no other session ends', async () => {
    const token = await tokenFor('annotator', 'ana')
    const open = async () => {
      const reply = await openSession(entranceOf('annotator'), 'annotator', request([], { token }), now)
      return sentBack(reply.cookies)
    }
    const [first, second] = [await open(), await open()]

    expect(await asks(['annotator'], first)).toMatchObject({ name: 'ana' })
    expect(await asks(['annotator'], second)).toMatchObject({ name: 'ana' })
    expect(await asks(['annotator'], [...sessionsIn(first), secretIn(second)])).toMatchObject({ status: 401 })
  })

  it("needs the owner's secret, and not a reader's, for an owner at the report", async () => {
    const [, atReport = '', secret = ''] = await cookiesFor('owner', 'me')
    const reader = await cookiesFor('reader', 'team')

    expect(await asks(['reader', 'owner'], [atReport, secretIn(reader)])).toMatchObject({ body: { error: 'missing' } })
    expect(await asks(['reader', 'owner'], [...sessionsIn(reader), secret])).toMatchObject({
      body: { error: 'missing' },
    })
    expect(await asks(['reader', 'owner'], [atReport, secret])).toMatchObject({ name: 'me', role: 'owner' })
  })

  it.each<[PersonRole, PersonRole]>([
    ['owner', 'reader'],
    ['reader', 'owner'],
  ])('is that of the last opened link at the report: first the %s, then the %s', async (first, last) => {
    const before = await cookiesFor(first, first)
    now = new Date(now.getTime() + 60_000)
    const after = await cookiesFor(last, last)

    for (const cookies of [
      [...before, ...after],
      [...after, ...before],
    ]) {
      expect(await asks(['reader', 'owner'], cookies)).toMatchObject({ name: last, role: last })
    }
  })

  it('falls back to the previous session when its link was revoked', async () => {
    const owner = await cookiesFor('owner', 'me')
    now = new Date(now.getTime() + 60_000)
    const reader = await cookiesFor('reader', 'team')
    await ask({ revoke: 'team' })

    expect(await asks(['reader', 'owner'], [...owner, ...reader])).toMatchObject({ name: 'me', role: 'owner' })
  })

  it.each<[PersonRole, PersonRole]>([
    ['annotator', 'owner'],
    ['annotator', 'reader'],
    ['owner', 'annotator'],
    ['owner', 'reader'],
    ['reader', 'annotator'],
    ['reader', 'owner'],
  ])('is refused for an %s under the cookie names of an %s', async (role, other) => {
    await ask({ [other]: 'ana' })
    const cookies = await cookiesFor(role, 'ana')
    const renamed = cookies.map((one) => one.replace(`bellwether-${role}=`, `bellwether-${other}=`))

    expect(await asks([other], renamed)).toMatchObject({ status: 401, body: { error: 'forged' } })
  })

  it("gives a reader no owner's rights under an owner's cookie names at the report", async () => {
    await ask({ owner: 'ana' })
    const renamed = (await cookiesFor('reader', 'ana')).map((one) =>
      one.startsWith('__Host-') ? one.replace('reader', 'owner') : one.replace('-reader', '-owner-report'),
    )

    expect(await asks(['reader', 'owner'], renamed)).toMatchObject({ body: { error: 'foreign' } })
  })

  it("is forged when its payload has the visitor's binding", async () => {
    const victim = await cookiesFor('annotator', 'ana')
    const [header = '', , signature = ''] = valueOf(await cookiesFor('annotator', 'eve'), 'bellwether-annotator').split(
      '.',
    )
    const [, payload = ''] = valueOf(victim, 'bellwether-annotator').split('.')
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const edited = Buffer.from(JSON.stringify({ ...Object(claims), sub: 'eve' })).toString('base64url')
    const planted = `bellwether-annotator=${header}.${edited}.${signature}`

    expect(await asks(['annotator'], [planted, secretIn(victim)])).toMatchObject({ body: { error: 'forged' } })
    expect(await asks(['annotator'], [planted, ...victim])).toMatchObject({ name: 'ana' })
  })

  it('cannot be used as a link', async () => {
    const token = valueOf(await cookiesFor('annotator', 'ana'), 'bellwether-annotator')

    expect(await openSession(entranceOf('annotator'), 'annotator', request([], { token }), now)).toMatchObject({
      status: 401,
      body: { error: 'forged' },
    })
  })

  it('costs one signature check, whatever cookies are planted beside it', async () => {
    const victim = await cookiesFor('annotator', 'ana')
    const planted = sessionsIn(await cookiesFor('annotator', 'eve'))[0] ?? ''
    const junk = ['bellwether-annotator=', 'bellwether-annotator=a.b.c', `bellwether-annotator=${'['.repeat(5000)}`]
    let keysRead = 0
    const linkKey = () => {
      keysRead += 1
      return linkKeys.annotator()
    }
    const cookies = [...Array<string>(30).fill(planted), ...junk, ...victim]

    expect(await whoAsks({ table, linkKey }, ['annotator'], request(cookies), now)).toMatchObject({ name: 'ana' })
    expect(keysRead).toBe(1)
    expect(await whoAsks({ table, linkKey }, ['annotator'], request([planted, ...junk]), now)).toMatchObject({
      body: { error: 'missing' },
    })
    expect(keysRead).toBe(1)
  })

  it("is independent of another owner's session", async () => {
    const [first, second] = [await cookiesFor('owner', 'me'), await cookiesFor('owner', 'you')]
    await ask({ revoke: 'you' })

    expect(await asks(['owner'], first)).toMatchObject({ name: 'me' })
    expect(await asks(['owner'], second)).toMatchObject({ body: { error: 'revoked' } })
  })

  it('counts although a stale one of another role is sent with it', async () => {
    const reader = await cookiesFor('reader', 'team')
    await ask({ revoke: 'team' })
    const [, ...ownerAtReport] = await cookiesFor('owner', 'me')

    expect(await asks(['reader', 'owner'], reader)).toMatchObject({ body: { error: 'revoked' } })
    expect(await asks(['reader', 'owner'], [...reader, ...ownerAtReport])).toMatchObject({ name: 'me', role: 'owner' })
  })

  it('is found beside one of an older release, which was set for every path', async () => {
    const cookies = await cookiesFor('owner', 'me')

    expect(await asks(['owner'], [...cookies, 'bellwether-owner=older'])).toMatchObject({ name: 'me' })
  })

  it('is found beside a stale one of the same name, in either order', async () => {
    const stale = await cookiesFor('owner', 'me')
    await ask({ revoke: 'me' })
    const cookies = await cookiesFor('owner', 'me')

    expect(await asks(['owner'], [...stale, ...cookies])).toMatchObject({ name: 'me' })
    expect(await asks(['owner'], [...cookies, ...stale])).toMatchObject({ name: 'me' })
    expect(await asks(['owner'], ['bellwether-owner=forged', 'bellwether-owner=', ...cookies])).toMatchObject({
      name: 'me',
    })
    expect(await asks(['owner'], [...stale, 'bellwether-owner=forged'])).toMatchObject({ body: { error: 'revoked' } })
  })

  it('does not count under the name of another role', async () => {
    const cookies = await cookiesFor('reader', 'team')
    const renamed = cookies.map((one) => one.replace('bellwether-reader', 'bellwether-owner'))

    expect(await asks(['owner'], renamed)).toMatchObject({ status: 401 })
  })

  it('is refused to a page opened from another site', async () => {
    const cookies = await cookiesFor('annotator', 'ana')

    expect(await asks(['annotator'], cookies, { as: 'ana' })).toMatchObject({ name: 'ana' })
    expect(await asks(['annotator'], cookies, { as: 'ben' })).toMatchObject({ status: 409, body: { error: 'other' } })
  })

  it('ends in every role when its name is revoked', async () => {
    const cookies = [...(await cookiesFor('annotator', 'ana')), ...(await cookiesFor('owner', 'ana'))]
    await cookiesFor('annotator', 'ben')

    expect(await ask({ revoke: 'ana' })).toEqual({ revoked: 'ana', wasInvited: true })

    expect(await asks(['annotator'], cookies)).toMatchObject({ body: { error: 'revoked' } })
    expect(await asks(['owner'], cookies)).toMatchObject({ body: { error: 'revoked' } })
    expect((await invitedAt(table, now.getTime())).annotators).toEqual(['ben'])
  })
})

describe('a request from a page of another site', () => {
  const sentBy = (site: string | undefined): Record<string, string> =>
    site === undefined ? {} : { 'sec-fetch-site': site }

  // A sibling domain is the same site: a browser sends it cookies with SameSite=Strict.
  it.each(['same-site', 'cross-site'])('has no session and opens none (Sec-Fetch-Site: %s)', async (site) => {
    const cookies = await cookiesFor('annotator', 'ana')
    const token = await tokenFor('annotator', 'ana')
    const asked = request(cookies, undefined, {}, sentBy(site))
    const opening = request([], { token }, {}, sentBy(site))

    expect(await whoAsks(entranceOf('annotator'), ['annotator'], asked, now)).toMatchObject({
      status: 403,
      body: { error: 'elsewhere' },
    })
    const reply = await openSession(entranceOf('annotator'), 'annotator', opening, now)
    expect([reply.status, reply.cookies]).toEqual([403, undefined])
  })

  it.each(['same-origin', 'none', undefined])('is not assumed for Sec-Fetch-Site: %s', async (site) => {
    const asked = request(await cookiesFor('annotator', 'ana'), undefined, {}, sentBy(site))

    expect(await whoAsks(entranceOf('annotator'), ['annotator'], asked, now)).toMatchObject({ name: 'ana' })
  })
})

it('counts as annotators only people who answer', async () => {
  for (const input of [{ annotator: 'ana' }, { owner: 'me' }, { reader: 'team' }]) await ask(input)

  expect((await invitedAt(table, now.getTime())).annotators).toEqual(['ana'])
})

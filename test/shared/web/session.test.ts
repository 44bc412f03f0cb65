import { beforeEach, describe, expect, it } from '@jest/globals'
import { invitation, invitationRequest } from '../../../shared/web/invitation'
import type { Table } from '../../../shared/table'
import { readRequest } from '../../../shared/web/http'
import { invitedAt, type Role } from '../../../shared/state/people'
import { openSession, whoAsks } from '../../../shared/web/session'
import { memoryTable } from '../memory-table'

const linkKey = async () => 'k'.repeat(64)

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
  invitation({ table, linkKey, siteUrl: 'https://site.example' })(invitationRequest.parse(input), { now })

async function cookieFor(role: Role, name: string): Promise<string> {
  const made = await ask({ [role]: name })
  const token = 'url' in made ? new URL(made.url).hash.slice(1) : ''
  const { cookies } = await openSession({ table, linkKey }, [role], request([], { token }), now)
  return cookies?.[0]?.split(';')[0] ?? ''
}

const asks = (roles: Role[], cookies: string[], query?: Record<string, string>) =>
  whoAsks({ table, linkKey }, roles, request(cookies, undefined, query), now)

describe('a link', () => {
  it.each([
    [{ annotator: 'ana' }, 'https://site.example/desk#'],
    [{ owner: 'me' }, 'https://site.example/desk/owner#'],
    [{ reader: 'team' }, 'https://site.example/report#'],
  ])('for %p opens its own page', async (input, page) => {
    expect(await ask(input)).toMatchObject({ url: expect.stringContaining(page) })
  })

  it('opens no page of another role', async () => {
    const made = await ask({ reader: 'team' })
    const token = 'url' in made ? new URL(made.url).hash.slice(1) : ''

    const reply = await openSession({ table, linkKey }, ['annotator', 'owner'], request([], { token }), now)

    expect(reply).toMatchObject({ status: 401, body: { error: 'foreign' } })
    expect(reply.cookies).toBeUndefined()
  })
})

describe('a session', () => {
  it('is taken in each role that may ask, and in no other', async () => {
    const owner = await cookieFor('owner', 'me')

    expect(await asks(['reader', 'owner'], [owner])).toMatchObject({ name: 'me', role: 'owner' })
    expect(await asks(['reader'], [owner])).toMatchObject({ status: 401, body: { error: 'missing' } })
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

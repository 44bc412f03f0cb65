import { createServer } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Cookie, Page, Response } from 'playwright-core'
import { z } from 'zod'
import { addBatch } from '../../shared/state/desk'
import { openSite, type Site } from './site'

let site: Site

beforeAll(async () => {
  site = await openSite()
}, 120_000)
afterEach(() => site.visitorsLeave())
afterAll(() => site.close())

const APIS = { annotator: '/desk', owner: '/desk/owner', reader: '/report' } as const
type Role = keyof typeof APIS

const isExchange = (response: Response): boolean =>
  response.request().method() === 'POST' && response.url().endsWith('/session')

/** Open a link of this person in a page. */
async function enter(page: Page, role: Role, name: string): Promise<void> {
  const { url } = await site.invite({ [role]: name })
  // The same document with another fragment would not reload.
  await page.goto('about:blank')
  await Promise.all([page.waitForResponse(isExchange), page.goto(url)])
}

/** What the API of a page says of the visitor. */
const whoIs = async (page: Page, api: string): Promise<unknown> =>
  page.evaluate(async (path) => (await fetch(`${path}/session`)).json(), api)

const hostOf = (): string => new URL(site.cloud.endpoint).hostname

/** The session of a browser in which a link of this person was opened, without its secret. */
async function sessionsOf(role: Role, name: string): Promise<Cookie[]> {
  const { page } = await site.visitor()
  await enter(page, role, name)
  const cookies = await page.context().cookies()
  return cookies.filter(({ path }) => path === APIS[role])
}

describe('the cookies of a session', () => {
  it('are stored by Chromium at the path of their page, beside a secret for every path', async () => {
    const { page } = await site.visitor()
    for (const role of ['annotator', 'owner', 'reader'] as const) await enter(page, role, `me-${role}`)

    const cookies = await page.context().cookies()

    expect(cookies.map(({ name, path }) => `${name} ${path}`).sort()).toEqual([
      '__Host-bellwether-annotator /',
      '__Host-bellwether-owner /',
      '__Host-bellwether-reader /',
      'bellwether-annotator /desk',
      'bellwether-owner /desk/owner',
      'bellwether-owner-report /report',
      'bellwether-reader /report',
    ])
    for (const cookie of cookies) {
      expect(cookie).toMatchObject({ domain: hostOf(), httpOnly: true, secure: true, sameSite: 'Strict' })
    }
    expect(await whoIs(page, '/desk')).toEqual({ name: 'me-annotator', role: 'annotator' })
    expect(await whoIs(page, '/desk/owner')).toEqual({ name: 'me-owner', role: 'owner' })
    expect(await whoIs(page, '/report')).toEqual({ name: 'me-reader', role: 'reader' })
  })

  it('agree when two tabs open the same link at once', async () => {
    const { page } = await site.visitor()
    const other = await page.context().newPage()
    const { url } = await site.invite({ annotator: 'twice' })

    await Promise.all([page.goto(url), other.goto(url)])
    for (const one of [page, other]) await one.locator('#whose', { hasText: 'twice' }).waitFor()

    for (const one of [page, other]) expect(await whoIs(one, '/desk')).toEqual({ name: 'twice', role: 'annotator' })
  })

  it('belong to one person where two tabs open links of two people at once', async () => {
    const { page } = await site.visitor()
    const other = await page.context().newPage()
    const [first, second] = [await site.invite({ annotator: 'cyd' }), await site.invite({ annotator: 'dan' })]

    for (let round = 0; round < 5; round++) {
      await Promise.all([page.goto('about:blank'), other.goto('about:blank')])
      const opened = [page, other].map((one) => one.waitForResponse(isExchange))
      await Promise.all([page.goto(first.url), other.goto(second.url), ...opened])

      expect(['cyd', 'dan']).toContain(z.object({ name: z.string() }).parse(await whoIs(page, '/desk')).name)
    }
  })

  it('belong to the link that was opened last', async () => {
    const { page } = await site.visitor()
    await enter(page, 'annotator', 'ana')
    await enter(page, 'annotator', 'ben')

    expect(await whoIs(page, '/desk')).toEqual({ name: 'ben', role: 'annotator' })
  })
})

describe('a link', () => {
  it('is opened at the page of owners also with a slash at the end', async () => {
    const { page } = await site.visitor()
    const { url } = await site.invite({ owner: 'me' })

    await Promise.all([page.waitForResponse(isExchange), page.goto(url.replace('/desk/owner#', '/desk/owner/#'))])

    await page.getByRole('heading', { name: 'Can the labels be trusted?' }).waitFor()
    expect(page.url()).toBe(`${site.cloud.endpoint}/desk/owner`)
  })

  it('leaves no token in the address of another page, because it may still be valid', async () => {
    const { page } = await site.visitor()
    const { url } = await site.invite({ reader: 'team' })

    await Promise.all([page.waitForResponse(isExchange), page.goto(url.replace('/report', '/desk'))])

    await page.getByText('This link is for another page').waitFor()
    expect(page.url()).toBe(`${site.cloud.endpoint}/desk`)
  })

  it("of another owner ends this owner's page, so that nobody acts in another's name", async () => {
    const { page } = await site.visitor()
    await enter(page, 'owner', 'me')
    await page.getByRole('heading', { name: 'Can the labels be trusted?' }).waitFor()
    await enter(await page.context().newPage(), 'owner', 'you')

    await page.getByLabel('Make a link for').fill('dan')
    await page.keyboard.press('Enter')

    await page.getByText("Another person's link was opened in this browser.").waitFor()
    expect(await page.getByLabel('Link for dan').count()).toBe(0)
  })
})

describe('a planted cookie', () => {
  it.each<[Role]>([['annotator'], ['owner'], ['reader']])(
    "does not replace the visitor when it is the attacker's own valid session of an %s",
    async (role) => {
      const planted = await sessionsOf(role, 'eve')
      const { page } = await site.visitor()
      await page.context().addCookies(planted)
      await enter(page, role, 'ana')
      // The browser sends the cookie of the longer path first.
      await page.context().addCookies(planted.map((cookie) => ({ ...cookie, path: `${APIS[role]}/session` })))
      const asked = page.waitForRequest((one) => one.url().endsWith('/session'))
      const [request] = await Promise.all([asked, page.reload()])

      const { cookie = '' } = await request.allHeaders()
      const sent = cookie.split('; ').filter((one) => one.startsWith(`bellwether-${role}=`))
      expect(sent.length).toBeGreaterThanOrEqual(2)
      expect(sent[0]).toBe(`bellwether-${role}=${planted[0]?.value}`)
      expect(await whoIs(page, APIS[role])).toMatchObject({ name: 'ana' })
    },
  )

  it('opens nothing in a browser without a link, even when its session is valid', async () => {
    const { page } = await site.visitor()
    await page.context().addCookies(await sessionsOf('annotator', 'eve'))

    await page.goto(`${site.cloud.endpoint}/desk`)

    await page.getByRole('heading', { name: 'This page needs a personal link' }).waitFor()
    expect(await page.locator('body').innerText()).toContain('If you did so before, open it again')
  })

  it.each<[string, string]>([
    ['for another path', '__Host-bellwether-annotator=mine; Path=/desk; Secure'],
    ['in capital letters', '__HOST-bellwether-annotator=mine; Path=/desk; Secure'],
    ['without a name', '=__Host-bellwether-annotator=mine; Path=/desk; Secure'],
    ['instead of the real secret', '__Host-bellwether-annotator=mine; Path=/; Secure'],
  ])('is refused by Chromium when it carries the secret %s', async (_, line) => {
    const { page } = await site.visitor()
    await enter(page, 'annotator', 'ana')
    const before = await page.context().cookies()

    await page.evaluate((set) => void (document.cookie = set), line)

    expect(await page.context().cookies()).toEqual(before)
    expect(await whoIs(page, '/desk')).toMatchObject({ name: 'ana' })
  })
})

describe('a page on a sibling domain', () => {
  /** To a browser another port is another origin of the same site, as a sibling domain is. */
  async function onSibling(work: (origin: string) => Promise<void>): Promise<void> {
    const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<p>sibling</p>'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    try {
      await work(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  it("claims no post in the visitor's name, though the browser sends the cookies", async () => {
    await addBatch(site.table, {
      batch: '2026-11-22',
      deadline: '2026-11-22T21:00:00Z',
      categories: [{ name: 'technical', definition: '', examples: [] }],
      items: [{ item: '0'.repeat(16), source: 'the only post', wanted: 1, most: 1 }],
      expiresAt: 4_000_000_000,
    })
    const { page } = await site.visitor()
    const { url } = await site.invite({ annotator: 'ana' })
    await onSibling(async (origin) => {
      // A separate request opens the session, because the page itself would claim the post.
      const token = new URL(url).hash.slice(1)
      await page.goto(`${site.cloud.endpoint}/desk/page.css`)
      await page.evaluate(
        (body) =>
          fetch('/desk/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body }).then(
            ({ status }) => status,
          ),
        JSON.stringify({ token }),
      )
      await page.goto(origin)
      const target = `${site.cloud.endpoint}/desk/batch/next`
      await Promise.all([
        page.waitForEvent('requestfailed', (one) => one.url() === target),
        page.evaluate((to) => void (new Image().src = to), target),
      ])
    })

    const other = (await site.visitor()).page
    await enter(other, 'annotator', 'ben')
    await other.locator('#post', { hasText: 'the only post' }).waitFor({ timeout: 5000 })
  })

  it("opens no session for the visitor, because the browser's preflight request is refused", async () => {
    const { page } = await site.visitor()
    const { url } = await site.invite({ annotator: 'eve' })
    await onSibling(async (origin) => {
      await page.goto(origin)
      const outcome = await page.evaluate(
        ([to = '', token]) =>
          fetch(to, {
            method: 'POST',
            credentials: 'include',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ token }),
          }).then(
            ({ status }) => `answered ${status}`,
            () => 'refused by the browser',
          ),
        [`${site.cloud.endpoint}/desk/session`, new URL(url).hash.slice(1)],
      )

      expect(outcome).toBe('refused by the browser')
      expect(await page.context().cookies()).toEqual([])
    })
  })
})

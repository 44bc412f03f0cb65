import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { judgementsOf } from '../../shared/state/desk-item'
import { addBatch, type ChunkItem, readDeskBatch, readChunks, removeOpen } from '../../shared/state/desk'
import { lineBreaksOf, shownText } from '../../shared/text'
import { audit, overflow } from './audit'
import { allSent as sent, answerByKey, beLossy } from './keyboard'
import { openSite, PHONE, type Site, type Visitor } from './site'

/** The time a person needs to read a post. */
const READ_MS = 400

let site: Site
let batch = ''
/** The texts of the batch, in the order of its item ids. */
let asked: readonly string[] = []
let batches = 0

beforeAll(async () => {
  site = await openSite()
}, 120_000)
afterEach(async () => {
  await site.visitorsLeave()
  await removeOpen(site.table, batch)
})
afterAll(() => site.close())

const idOf = (i: number) => i.toString(16).padStart(16, '0')

/** Opens a new batch of these posts, as the only open one. */
async function ask(texts: string[], wanted = 1, names: readonly string[] = []): Promise<void> {
  batch = `2026-11-22-${++batches}`
  asked = texts
  await addBatch(site.table, {
    batch,
    deadline: '2026-11-22T21:00:00Z',
    categories: [
      { name: 'technical', definition: 'It says how something works.', examples: ['We moved the client out of it'] },
      { name: 'marketing', definition: 'It sells something.', examples: [] },
      ...names.map((name) => ({ name, definition: '', examples: [] })),
    ].slice(names.length > 0 ? 2 : 0),
    items: texts.map((text, i) => ({
      item: idOf(i),
      source: shownText(text),
      breaks: lineBreaksOf(text),
      wanted,
      most: wanted % 2 ? wanted : wanted + 1,
    })),
    expiresAt: 4_000_000_000,
  })
}

const posts = (count: number) => Array.from({ length: count }, (_, i) => `Post number ${i + 1} of the test #aws`)

async function arrive(name: string, options?: BrowserContextOptions): Promise<Visitor> {
  const visitor = await site.visitor(options)
  await visitor.page.goto((await site.invite({ annotator: name })).url)
  return visitor
}

/** Opens the desk and closes the definitions. */
async function begin(name: string, options?: BrowserContextOptions): Promise<Visitor> {
  const visitor = await arrive(name, options)
  await visitor.page.locator('#definitions[open]').waitFor()
  await visitor.page.keyboard.press('Escape')
  return visitor
}

const postOf = (page: Page) => page.locator('#post')
const textOf = (page: Page) => postOf(page).textContent()
/** The count of today and that of the batch, as the header shows them. */
const countOf = (page: Page) => Promise.all(['#today', '#done'].map((place) => page.locator(place).textContent()))

async function press(page: Page, key: string): Promise<void> {
  await page.waitForTimeout(READ_MS)
  await page.keyboard.press(key)
}

/** The items of the batch, by item id. */
async function rows(): Promise<ChunkItem[]> {
  const row = await readDeskBatch(site.table, batch)
  const items = row ? (await readChunks(site.table, row)).flatMap((chunk) => [...chunk.items]) : []
  return items.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, state]) => state)
}

const answersOf = async (name: string) => (await rows()).map(({ answers }) => answers[name]?.given)

describe('an annotator', () => {
  it('labels ten posts with the keyboard alone', async () => {
    await ask(posts(10))
    const { page, complaints } = await begin('ana')
    const seen: (string | null)[] = []

    for (let i = 0; i < 10; i++) {
      seen.push(await textOf(page))
      await press(page, i % 3 === 0 ? '2' : '1')
    }
    await page.getByRole('heading', { name: 'That was all for now' }).waitFor()
    await sent(page)

    expect(new Set(seen)).toEqual(new Set(posts(10)))
    const labels = new Map((await rows()).map(({ answers }, i) => [asked[i], answers.ana?.given]))
    expect(seen.map((text) => labels.get(text ?? ''))).toEqual(
      seen.map((_, i) => ({ label: i % 3 === 0 ? 'marketing' : 'technical' })),
    )
    await page.getByText('You answered 10 posts today').waitFor()
    expect(complaints).toEqual([])
  })

  it('gets the next post immediately, while the answer is still being sent', async () => {
    await ask(posts(3))
    const { page } = await begin('bea')
    await page.route('**/desk/answers*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1500))
      await route.continue()
    })
    const first = await textOf(page)

    await press(page, '1')
    await page.waitForFunction((text) => document.getElementById('post')?.textContent !== text, first, {
      timeout: 1000,
    })

    expect(await answersOf('bea')).toEqual([undefined, undefined, undefined])
    await sent(page)
    expect((await answersOf('bea')).filter(Boolean)).toEqual([{ label: 'technical' }])
  })

  it('looks up definitions, skips, flags, and changes an answer with keys', async () => {
    await ask(posts(4))
    const { page } = await begin('cho')
    const first = await textOf(page)
    const others: (string | null)[] = []

    await page.keyboard.press('?')
    expect(await page.getByText('It says how something works.').isVisible()).toBe(true)
    expect(await page.getByText('We moved the client out of it').isVisible()).toBe(true)
    await page.keyboard.press('?')
    await press(page, '1')
    others.push(await textOf(page))
    await press(page, 's')
    others.push(await textOf(page))
    await press(page, 'f')
    await page.getByRole('button', { name: 'It cannot be read' }).waitFor()
    await page.keyboard.press('2')
    await page.waitForTimeout(READ_MS)
    for (let i = 0; i < 3; i++) await page.keyboard.press('b')
    expect(await textOf(page)).toBe(first)
    expect(await page.getByText('You answered this before: technical.').isVisible()).toBe(true)
    expect(await page.getByRole('button', { name: 'technical' }).getAttribute('aria-pressed')).toBe('true')
    await press(page, '2')
    await sent(page)

    const given = new Map((await rows()).map(({ answers }, i) => [asked[i], answers.cho]))
    expect([first, ...others].map((text) => given.get(text ?? '')?.given)).toEqual([
      { label: 'marketing' },
      { skip: true },
      { flag: 'unreadable' },
    ])
    expect(given.get(first ?? '')?.revision).toBe(2)
  })

  it('gives only one answer with a double click', async () => {
    await ask(posts(5))
    const { page } = await begin('dee')

    await page.waitForTimeout(READ_MS)
    await page.getByRole('button', { name: 'technical' }).dblclick({ delay: 30 })
    await page.waitForTimeout(READ_MS)
    await page.getByRole('button', { name: 'marketing' }).dblclick({ delay: 30 })
    await sent(page)

    expect((await answersOf('dee')).filter(Boolean)).toHaveLength(2)
  })

  it('changes the last answer with two keys in quick succession', async () => {
    await ask(posts(3))
    const { page } = await begin('dot')
    const first = await textOf(page)

    for (const key of ['1', 'b', '2']) await page.keyboard.press(key)
    await sent(page)

    const given = new Map((await rows()).map(({ answers }, i) => [asked[i], answers.dot]))
    expect(given.get(first ?? '')).toMatchObject({ given: { label: 'marketing' }, revision: 2 })
  })

  it('loses, reorders and changes no key at 250 ms a post while every fifth request fails or is duplicated', async () => {
    await ask(posts(60))
    const { page } = await begin('dux')
    await beLossy(page)

    const pressed = await answerByKey(page, { count: 60, everyMs: 250, labels: ['technical', 'marketing'] })
    await sent(page)

    expect(new Set(pressed.map(({ text }) => text)).size).toBe(60)
    const kept = new Map((await rows()).map(({ answers }, i) => [asked[i], answers.dux]))
    expect(pressed.map(({ text }) => kept.get(text))).toEqual(
      pressed.map(({ label }) => expect.objectContaining({ given: { label }, revision: 1 })),
    )
    const times = pressed.map(({ text }) => kept.get(text)?.at ?? '')
    expect(times.filter((at, i) => i > 0 && at < (times[i - 1] ?? ''))).toEqual([])
  })

  it('loses no key at 300 ms a post, even when the page lags', async () => {
    await ask(posts(20))
    const { page } = await begin('duo')
    const keys = Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? '2' : '1'))

    for (const key of keys) {
      await page.keyboard.press(key)
      await page.waitForTimeout(300)
    }
    await sent(page)

    expect(await answersOf('duo')).toEqual(keys.map((key) => ({ label: key === '2' ? 'marketing' : 'technical' })))
  })

  it('sees each post from its beginning', async () => {
    await ask([`first ${'long '.repeat(3000)}`, `second ${'long '.repeat(3000)}`])
    const { page } = await begin('dan', PHONE)

    await page.evaluate(() => scrollTo(0, 1500))
    await press(page, '1')

    expect(await page.evaluate(() => scrollY)).toBe(0)
  })

  it('sees a post with its line breaks, with at most one empty line between two', async () => {
    const post = 'first\n\n\n\n\n1. the queue\n2. the table'
    await ask([post])
    const { page } = await begin('lin', PHONE)

    expect(await postOf(page).innerText()).toBe('first\n\n1. the queue\n2. the table')
    const lines = await postOf(page).evaluate((one) => {
      const { paddingTop, paddingBottom, lineHeight } = getComputedStyle(one)
      return (one.clientHeight - parseFloat(paddingTop) - parseFloat(paddingBottom)) / parseFloat(lineHeight)
    })
    expect(lines).toBeCloseTo(4, 1)
  })

  it('sees the names of characters that reverse the text direction', async () => {
    await ask(['pay \u202Eevil\u202C now \u200Fto \u2066me\u2069'])
    const { page } = await begin('dov')

    expect(await textOf(page)).toBe('pay ⟨RLO⟩evil⟨PDF⟩ now ⟨RLM⟩to ⟨LRI⟩me⟨PDI⟩')
  })

  it('loses nothing by a reload, including earlier answers', async () => {
    await ask(posts(6))
    const { page } = await begin('eli')
    await page.route('**/desk/answers*', (route) => route.abort())
    const first = await textOf(page)
    await press(page, '1')
    await press(page, '2')
    const third = await textOf(page)
    await page.unroute('**/desk/answers*')

    await page.reload()
    await page.waitForFunction((text) => document.getElementById('post')?.textContent === text, third)
    await sent(page)

    expect((await answersOf('eli')).filter(Boolean)).toHaveLength(2)
    await page.waitForFunction(() => !document.getElementById('back')?.hasAttribute('disabled'))
    await page.keyboard.press('b')
    await page.keyboard.press('b')
    expect(await textOf(page)).toBe(first)
  })

  it('continues without a connection, is told so, and loses nothing', async () => {
    await ask(posts(8))
    const { page } = await begin('fay')
    const context = page.context()

    await context.setOffline(true)
    for (const key of ['1', '2', '1', '1']) await press(page, key)
    await page.getByText('4 answers are kept here').waitFor()
    expect(await countOf(page)).toEqual(['4 today', '4 of 8'])
    await page.keyboard.press('b')
    await press(page, '2')
    await context.setOffline(false)
    await sent(page)

    await page.waitForFunction(() => document.getElementById('notice')?.textContent === '')
    expect(await countOf(page)).toEqual(['4 today', '4 of 8'])
    await page.reload()
    await page.locator('#done', { hasText: '4 of 8' }).waitFor()
    expect(await countOf(page)).toEqual(['4 today', '4 of 8'])
    const given = (await rows()).flatMap(({ answers }) => answers.fay ?? [])
    expect(given).toHaveLength(4)
    expect(given.filter(({ revision }) => revision === 2)).toEqual([
      expect.objectContaining({ given: { label: 'marketing' } }),
    ])
  })

  it('closes the tab without a connection, and finds the answers sent after opening it again', async () => {
    await ask(posts(4))
    const { page } = await begin('gus')
    const context = page.context()
    await page.route('**/desk/answers*', (route) => route.abort())
    await press(page, '1')
    await press(page, '1')
    await page.close()

    const again = await context.newPage()
    await again.goto(`${site.cloud.endpoint}/desk`)
    await again.locator('#work').waitFor()
    await sent(again)

    expect((await answersOf('gus')).filter(Boolean)).toHaveLength(2)
  })

  it("answers normally with a wrong clock, because the desk's clock counts", async () => {
    await ask(posts(2))
    const { page } = await site.visitor()
    await page.clock.setSystemTime(new Date('2031-05-05T05:05:05Z'))
    await page.goto((await site.invite({ annotator: 'tom' })).url)
    await page.locator('#definitions[open]').waitFor()
    await page.keyboard.press('Escape')

    await press(page, '1')
    await sent(page)

    const given = (await rows()).flatMap(({ answers }) => answers.tom ?? [])
    expect(given).toEqual([
      { given: { label: 'technical' }, revision: 1, at: expect.stringMatching(/^2026-11-22T10:/) },
    ])
  })

  it('writes a note for the owner before the answer, and changes it afterwards', async () => {
    await ask(posts(2))
    const { page, complaints } = await begin('nea')
    const first = await textOf(page)

    await press(page, 'n')
    await page.keyboard.type('1 <b>who</b> is meant?')
    await page.getByRole('button', { name: 'Keep the note' }).click()
    await page.getByText('Your note: 1 <b>who</b> is meant?').waitFor()
    await press(page, '2')
    expect(await page.locator('#note-shown').isVisible()).toBe(false)
    await press(page, 'b')
    await page.getByText('Your note: 1 <b>who</b> is meant?').waitFor()
    await press(page, 'n')
    await page.keyboard.press('End')
    await page.keyboard.type(' Ask Ben.')
    await page.getByRole('button', { name: 'Keep the note' }).click()
    await sent(page)

    const kept = new Map((await rows()).map(({ answers }, i) => [asked[i], answers.nea]))
    expect(kept.get(first ?? '')).toMatchObject({
      given: { label: 'marketing' },
      revision: 2,
      note: '1 <b>who</b> is meant? Ask Ben.',
    })
    expect(complaints).toEqual([])
  })

  it("sees today's answers, and takes one back", async () => {
    await ask(posts(4))
    const { page } = await begin('una')
    const seen: (string | null)[] = []
    for (const key of ['1', '2', '1']) {
      seen.push(await textOf(page))
      await press(page, key)
    }
    await sent(page)

    await page.getByRole('button', { name: '3 today' }).click()
    const list = page.locator('#answers-list li')
    await list.first().waitFor()
    expect(await list.locator('.post-text').allTextContents()).toEqual(seen.toReversed())
    expect(await list.locator('.hint').allTextContents()).toEqual(['technical', 'marketing', 'technical'])
    await list.nth(1).getByRole('button', { name: 'Undo' }).click()
    expect(await textOf(page)).toBe(seen[1])
    await page.getByText('You answered this before: skipped.').waitFor()
    await sent(page)

    const kept = new Map((await rows()).map(({ answers }, i) => [asked[i], answers.una]))
    expect(kept.get(seen[1] ?? '')).toMatchObject({ given: { skip: true }, revision: 2 })
    await press(page, '1')
    await sent(page)
    expect((await answersOf('una')).filter(Boolean)).toEqual(Array(3).fill({ label: 'technical' }))
  })

  it("keeps today's list open while nothing new arrives, and a note after its answer is taken back", async () => {
    await ask(posts(1))
    const { page } = await begin('ute')
    await press(page, 'n')
    await page.keyboard.type('who is meant?')
    await page.getByRole('button', { name: 'Keep the note' }).click()
    await page.getByText('Your note: who is meant?').waitFor()
    await press(page, '1')
    await sent(page)
    await page.getByText('That was all for now').waitFor()

    await page.getByRole('button', { name: '1 today' }).click()
    const undo = page.locator('#answers-list').getByRole('button', { name: 'Undo' })
    await undo.waitFor()
    const looked = page.waitForResponse(/batch\/next/)
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await looked
    await page.waitForTimeout(200)
    expect(await undo.isVisible()).toBe(true)

    await undo.click()
    await page.getByText('Your note: who is meant?').waitFor()
    await press(page, '2')
    await sent(page)
    const [row] = (await rows()).flatMap(({ answers }) => answers.ute ?? [])
    expect(row).toMatchObject({ given: { label: 'marketing' }, note: 'who is meant?' })
  })

  it('sees answers of one tab in another, and answers nothing twice', async () => {
    await ask(posts(4))
    const { page } = await begin('tia')
    const other = await page.context().newPage()
    await other.goto(`${site.cloud.endpoint}/desk`)
    await other.locator('#work').waitFor()
    const first = await textOf(page)
    expect(await textOf(other)).toBe(first)

    await press(page, '1')
    await other.waitForFunction((text) => document.getElementById('post')?.textContent !== text, first)
    await other.bringToFront()
    await press(other, 'b')
    await other.getByText('You answered this before: technical.').waitFor()
    await press(other, '2')
    await sent(other)

    const kept = new Map((await rows()).map(({ answers }, i) => [asked[i], answers.tia]))
    expect(kept.get(first ?? '')).toMatchObject({ given: { label: 'marketing' }, revision: 2 })
    await page.bringToFront()
    await press(page, 'b')
    await page.getByText('You answered this before: marketing.').waitFor()
  })

  it("opens the page again without a connection, with no post in the browser's cache", async () => {
    await ask(posts(3))
    const { page, complaints } = await begin('wim')
    expect(await page.locator('header').innerText()).toContain('Label desk · wim')
    await page.evaluate(() => navigator.serviceWorker.ready)
    await press(page, '1')
    await sent(page)

    await page.context().setOffline(true)
    await page.reload()
    await page.getByRole('heading', { name: 'There is no connection' }).waitFor()

    const kept = await page.evaluate(async () => {
      const names = await caches.keys()
      const all = await Promise.all(
        names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)),
      )
      return all
        .flat()
        .map((url) => new URL(url).pathname)
        .sort()
    })
    expect(kept).toEqual(['/desk', '/desk/page.css', '/desk/page.js'])
    await page.context().setOffline(false)
    await postOf(page).getByText('Post number').waitFor()
    expect(complaints.filter((text) => !/ERR_INTERNET_DISCONNECTED/.test(text))).toEqual([])
  })

  it('is told when nothing waits, and gets new posts automatically', async () => {
    await ask([])
    const { page } = await arrive('hal')
    await page.getByRole('heading', { name: 'Nothing waits for you' }).waitFor()
    await removeOpen(site.table, batch)

    await ask(posts(1))

    await postOf(page).getByText('Post number 1').waitFor({ timeout: 25_000 })
  })
})

it('asks no third judgement when annotators work at once and agree', async () => {
  await ask(posts(24), 2)
  const people = [await begin('ida'), await begin('jon'), await begin('kim')]

  await Promise.all(
    people.map(async ({ page }) => {
      for (let i = 0; i < 24 && (await page.locator('#work').isVisible()); i++) await press(page, '1')
      await sent(page)
    }),
  )

  const counts = (await rows()).map((row) => judgementsOf(row).length)
  expect(counts).toEqual(Array.from({ length: 24 }, () => 2))
})

describe("an annotator's link", () => {
  const denials: [string, string, () => Promise<string>][] = [
    ['was never signed by us', 'This link is not valid', async () => `${site.cloud.endpoint}/desk#a.b.c`],
    ['is missing', 'This page needs a personal link', async () => `${site.cloud.endpoint}/desk`],
    [
      'is for readers of reports',
      'This link is for another page',
      async () => (await site.invite({ reader: 'team' })).url.replace('/report', '/desk'),
    ],
    [
      'was withdrawn',
      'This link was withdrawn',
      async () => {
        const { url } = await site.invite({ annotator: 'eve' })
        await site.revoke('eve')
        return url
      },
    ],
    [
      'has expired',
      'This link has expired',
      async () => {
        const { url } = await site.invite({ annotator: 'old', hours: 0.0003 })
        await site.cloud.advance(3000)
        return url
      },
    ],
  ]

  it.each(denials)('says so and reveals nothing when it %s', async (_, words, urlOf) => {
    await ask(['A post that nobody may see'])
    const { page, complaints } = await site.visitor()

    await page.goto(await urlOf())
    await page.getByRole('heading', { name: words }).waitFor()

    const shown = await page.locator('body').innerText()
    expect(shown).not.toMatch(/nobody may see|technical|marketing|\b(eve|old|team)\b|today/)
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('title')
    // A browser logs every 401 response.
    expect(complaints.filter((text) => !/401/.test(text))).toEqual([])
  })

  it('ends the work of its user when the link is revoked', async () => {
    await ask(posts(3))
    const { page } = await begin('lou')

    await press(page, '1')
    await sent(page)
    await page.getByRole('button', { name: '1 today' }).click()
    await page.locator('#answers-list li').first().waitFor()
    await page.keyboard.press('Escape')
    await site.revoke('lou')
    await press(page, '1')
    await page.getByRole('heading', { name: 'This link was withdrawn' }).waitFor()

    expect(await page.locator('body').innerText()).not.toContain('Post number')
    expect(await page.locator('body').textContent()).not.toContain('Post number')
    expect((await answersOf('lou')).filter(Boolean)).toHaveLength(1)
  })

  it('can be opened repeatedly, and leaves no token in the address', async () => {
    await ask(posts(1))
    const { url } = await site.invite({ annotator: 'mia' })

    for (let i = 0; i < 2; i++) {
      const { page } = await site.visitor()
      await page.goto(url)
      await page.locator('#work').waitFor()
      expect(page.url()).toBe(`${site.cloud.endpoint}/desk`)
      const [cookie] = await page.context().cookies()
      expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict' })
    }
  })

  it("opens another annotator's session without answering for the first", async () => {
    await ask(posts(4), 2)
    const { page } = await begin('nia')
    const other = await page.context().newPage()
    await other.goto((await site.invite({ annotator: 'oli' })).url)
    await other.locator('#definitions[open]').waitFor()

    await press(page, '1')
    await page.getByRole('heading', { name: "Another person's link was opened" }).waitFor()

    expect((await rows()).flatMap(({ answers }) => Object.keys(answers))).toEqual([])
  })
})

it('shows markup and script as text', async () => {
  const POISON =
    '<img src=x onerror="document.title=1"> <script>document.title=2</script> <b>bold</b> {{7*7}} javascript:alert(1)'
  await ask([POISON])
  const { page, complaints } = await begin('pat')

  expect(await textOf(page)).toBe(POISON)
  expect(await postOf(page).locator('*').count()).toBe(0)
  expect(await page.title()).toBe('Label desk')
  expect(complaints).toEqual([])
})

describe('the page of the desk', () => {
  it.each(['light', 'dark'] as const)('passes axe (%s)', async (colorScheme) => {
    await ask(posts(3))
    const { page } = await arrive(`quy-${colorScheme}`, { ...PHONE, colorScheme })
    const violations: unknown[] = []

    await page.locator('#definitions[open]').waitFor()
    violations.push(...(await audit(page)))
    await page.keyboard.press('Escape')
    violations.push(...(await audit(page)))
    await page.keyboard.press('f')
    violations.push(...(await audit(page)))
    await page.keyboard.press('Escape')
    await press(page, '1')
    await page.keyboard.press('b')
    violations.push(...(await audit(page)))
    await page.keyboard.press('n')
    violations.push(...(await audit(page)))
    await page.keyboard.press('Escape')
    await page.keyboard.press('l')
    await page.locator('#answers[open] li').waitFor()
    violations.push(...(await audit(page)))
    await page.keyboard.press('Escape')
    for (let i = 0; i < 3; i++) await press(page, '2')
    await page.getByRole('heading', { name: 'That was all' }).waitFor()
    violations.push(...(await audit(page)))

    expect(violations).toEqual([])
  })

  it('fits into 360 pixels, whatever a post contains', async () => {
    await ask([`https://example.com/${'a'.repeat(300)} ${'long '.repeat(200)}`])
    const { page } = await arrive('ray', PHONE)
    await page.locator('#definitions[open]').waitFor()
    const widths = [await overflow(page)]
    await page.getByRole('button', { name: 'Back to the post' }).click()
    widths.push(await overflow(page))
    await page.getByRole('button', { name: 'Flag' }).click()
    widths.push(await overflow(page))

    expect(widths).toEqual([0, 0, 0])
    expect(await page.getByRole('button', { name: 'It cannot be read' }).isVisible()).toBe(true)
  })

  it('shows twelve labels on a phone', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `label-${i + 1}`)
    await ask(posts(1), 1, names)
    const { page } = await begin('zoe', PHONE)

    const boxes = await Promise.all(names.map((name) => page.getByRole('button', { name, exact: true }).boundingBox()))
    expect(boxes.filter((box) => box && box.y >= 0 && box.y + box.height <= PHONE.viewport.height)).toHaveLength(12)
  })

  it('says how many labels are out of sight, until they are scrolled to', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `a label that has a name of some length ${i + 1}`)
    await ask(posts(1), 1, names)
    const { page } = await begin('zed', PHONE)
    const inSight = () =>
      page.locator('#labels').evaluate((box) => {
        const edge = box.getBoundingClientRect().bottom + 1
        return [...box.children].filter((one) => one.getBoundingClientRect().bottom <= edge).length
      })

    const shown = await inSight()
    expect(shown).toBeLessThan(12)
    await page.getByText(`${12 - shown} more labels below`).waitFor()
    await page.locator('#labels').evaluate((box) => box.scrollTo(0, box.scrollHeight))
    await page.locator('#more').waitFor({ state: 'hidden' })
    expect(await page.getByRole('button', { name: names.at(-1) ?? '', exact: true }).isVisible()).toBe(true)
  })

  it('announces the next post to a screen reader, and keeps the focus', async () => {
    await ask(posts(3))
    const { page } = await begin('sam')
    await page.waitForTimeout(READ_MS)

    const button = page.getByRole('button', { name: 'technical' })
    const before = await textOf(page)
    await button.focus()
    await page.keyboard.press('Enter')
    await sent(page)
    expect(await textOf(page)).not.toBe(before)

    expect(await button.evaluate((one) => one === document.activeElement)).toBe(true)
    expect(await postOf(page).getAttribute('aria-live')).toBe('polite')
  })
})

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { labelsUnder } from '../../shared/labels'
import { dateInWords } from '../../shared/words'
import { cascadeId } from '../../shared/text/cascade'
import { cardExample } from '../shared/card'
import { audit } from './audit'
import { LABELS, OPEN, PERSONAL, POISON, putLabelled, SETTLED, SURE, TORN } from './labelled'
import { DESKTOP, keepPicture, openSite, PHONE, type Site, type Visitor } from './site'

let site: Site
let empty: Site
/** A decision counts only after the post was on the screen this long. */
const READ_MS = 500

beforeAll(async () => {
  site = await openSite()
  empty = await openSite()
  await putLabelled(site)
}, 180_000)
afterEach(() => Promise.all([site.visitorsLeave(), empty.visitorsLeave()]))
afterAll(async () => {
  await site.close()
  await empty.close()
})

async function visit(url: string, at = site, options?: BrowserContextOptions): Promise<Visitor> {
  const visitor = await at.visitor(options)
  await visitor.page.goto(url)
  return visitor
}

async function arrive(at = site, options?: BrowserContextOptions): Promise<Visitor> {
  const visitor = await visit((await at.invite({ owner: 'me' })).url, at, options)
  await visitor.page.getByRole('heading', { name: 'To decide' }).waitFor()
  return visitor
}

const part = (page: Page, name: string) => page.getByRole('region', { name })
const labelOf = async (text: string) =>
  (await labelsUnder(site.objects, { schemaVersion: 1, categories: LABELS })).get(cascadeId(text))

describe("the owner's page", () => {
  it('shows agreement, batches, people and spending', async () => {
    const { page, complaints } = await arrive()

    await part(page, 'Can the labels be trusted?').getByText('0.72, 95 % interval 0.58 to 0.84').waitFor()
    await part(page, 'Batches').getByText('0 of 8 posts complete').waitFor()
    await part(page, 'Batches').getByRole('row', { name: SETTLED }).waitFor()
    await part(page, 'People')
      .getByRole('row', { name: /ana 80 \d+\s% \(\d+ to \d+\s%\) of \d+ posts/ })
      .waitFor()
    await part(page, 'Spending').getByText('12 of 420 for the posts of 22 November 2026').waitFor()
    expect(page.url()).not.toContain('#')
    expect(complaints).toEqual([])
    await keepPicture(page, 'owner-all-desktop-light')
  })

  it('is calm when there is nothing yet', async () => {
    const views = { 'desktop-light': DESKTOP, 'phone-dark': { ...PHONE, colorScheme: 'dark' } } as const
    for (const [view, options] of Object.entries(views)) {
      const { page, complaints } = await arrive(empty, options)

      await page.getByText('No batch is settled.').waitFor()
      for (const text of ['Nothing to decide.', 'Nothing is flagged.', 'No batch is open.', 'Nobody is invited.']) {
        await page.getByText(text).waitFor()
      }
      expect(complaints).toEqual([])
      await keepPicture(page, `owner-empty-${view}`)
    }
  })

  it.each(['light', 'dark'] as const)('passes axe (%s)', async (colorScheme) => {
    const { page } = await arrive(site, { ...PHONE, colorScheme })
    await part(page, 'Batches').getByText('posts complete').waitFor()
    await keepPicture(page, `owner-all-phone-${colorScheme}`)
    await page.getByLabel('Words of the post').fill('aws')
    await page.getByRole('button', { name: 'Find' }).click()
    await part(page, 'Correct a label').getByText(SURE).waitFor()

    expect(await audit(page)).toEqual([])
    await page.getByRole('button', { name: 'Close early' }).click()
    expect(await audit(page)).toEqual([])
  })

  it.each([
    ['nothing', () => empty],
    ['all its content', () => site],
  ])('fits into 360 pixels with %s', async (_, at) => {
    const { page } = await arrive(at(), PHONE)
    await page.getByLabel('Make a link for').fill('a-name-that-is-as-long-as-may-be')
    await page.getByRole('button', { name: 'Make link' }).click()
    await page.getByRole('button', { name: 'Copy' }).waitFor()

    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
    const broken = await page.locator('thead th, td:not(:has(*))').evaluateAll((cells) =>
      cells.flatMap((cell) => {
        const words = document.createRange()
        words.selectNodeContents(cell)
        const text = cell.textContent?.trim() ?? ''
        return /^\S+$/.test(text) && words.getClientRects().length > 1 ? [text] : []
      }),
    )
    expect(broken).toEqual([])
    await at().revoke('a-name-that-is-as-long-as-may-be')
  })
})

it('scrolls to a section by its navigation, and keeps the session', async () => {
  const { page, complaints } = await arrive()

  await page.getByRole('link', { name: 'Spending' }).click()
  await page.waitForFunction(() => location.hash === '#spending')
  await part(page, 'Spending').getByText('12 of 420 for the posts of 22 November 2026').waitFor()
  await page.reload()
  await part(page, 'Spending').getByText('12 of 420 for the posts of 22 November 2026').waitFor()

  expect(complaints).toEqual([])
})

it('leads to the report, the plans of batches and all labels, which an owner may open', async () => {
  const { page, complaints } = await arrive()
  const batches = part(page, 'Batches')
  const file = async (name: string) => {
    const [download] = await Promise.all([page.waitForEvent('download'), batches.getByRole('link', { name }).click()])
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') }
  }
  const plan = await file(`Plan of ${OPEN}`)
  const labels = await file('All labels as CSV')

  expect(plan.name).toBe(`plan-${OPEN}.json`)
  expect(JSON.parse(plan.text)).toMatchObject({ batch: OPEN, labeller: 'desk' })
  expect(labels.name).toBe('bellwether-labels.csv')
  expect(labels.text).toContain('item,id,text,label')
  expect(labels.text).toContain(SURE)
  expect(page.url()).toMatch(/\/desk\/owner$/)

  await page.getByRole('link', { name: 'The report' }).click()
  await page.waitForURL(/\/report$/)
  await page.getByRole('heading', { name: /The (last )?answer/ }).waitFor()
  expect(complaints).toEqual([])
})

describe("a link to the owner's page", () => {
  const secrets = [SURE, PERSONAL, TORN, SETTLED, OPEN, 'big news', 'ana', 'Batches', 'technical']

  it.each([
    ['of an annotator', async () => (await site.invite({ annotator: 'eve' })).url.replace('/desk#', '/desk/owner#')],
    ['of a reader', async () => (await site.invite({ reader: 'eve' })).url.replace('/report#', '/desk/owner#')],
    ['that is forged', async () => (await site.invite({ owner: 'me' })).url.replace(/.{6}$/, 'AAAAAA')],
    ['that is missing', async () => (await site.invite({ owner: 'me' })).url.replace(/#.*/, '')],
    [
      'that was withdrawn',
      async () => {
        const { url } = await site.invite({ owner: 'former' })
        await site.revoke('former')
        return url
      },
    ],
    ['that has expired', async () => (await site.invite({ owner: 'late', hours: 1 / 3600 })).url],
  ])('%s shows an error and no labels', async (name, urlOf) => {
    const url = await urlOf()
    if (name === 'that has expired') await site.cloud.advance(5_000)
    const { page } = await visit(url)

    await page.getByRole('alert').waitFor()
    const seen = await page.locator('body').innerText()
    expect(secrets.filter((secret) => seen.includes(secret))).toEqual([])
    expect(seen).toMatch(/link/)
  })
})

describe('a dispute', () => {
  it('has the definitions at hand, and can wait for a later post', async () => {
    const { page } = await arrive()
    const decide = part(page, 'To decide')
    const definition = decide.getByText('The post teaches, asks or reports')
    await decide.getByText('2 posts to decide').waitFor()
    const first = await decide.locator('.post').textContent()
    expect(await definition.isVisible()).toBe(false)

    await decide.getByText('What the labels mean').click()
    await definition.waitFor()
    await decide.getByRole('button', { name: 'Later' }).click()
    await decide.locator('.post', { hasNotText: first ?? '' }).waitFor()

    await decide.getByText('2 posts to decide').waitFor()
    expect(await definition.isVisible()).toBe(true)
  })

  it('is decided by keys alone, as text, and counts', async () => {
    const { page, complaints } = await arrive()
    const decide = part(page, 'To decide')
    const post = decide.locator('.post')
    const texts: string[] = []

    for (let left = 2; left > 0; left--) {
      await decide.getByText(`${left} post${left === 1 ? '' : 's'} to decide`).waitFor()
      texts.push((await post.textContent()) ?? '')
      expect(await post.locator('*').count()).toBe(0)
      if (left === 2) {
        await page.waitForTimeout(READ_MS)
        await page.keyboard.press('2') // Nothing has the focus: nothing is decided.
        for (let tab = 0; tab < 12 && !(await focused(page)).includes('technical'); tab++)
          await page.keyboard.press('Tab')
      }
      await page.waitForTimeout(READ_MS)
      // The second key comes too soon and decides nothing.
      await page.keyboard.press('2')
      await page.keyboard.press('1')
      await page.waitForTimeout(READ_MS / 2)
      if (left === 2) await page.keyboard.press('1')
    }
    await decide.getByText('Nothing to decide.').waitFor()
    // The last decision can be undone for a moment.
    await decide.getByRole('button', { name: 'Undo' }).click()
    await decide.getByText('1 post to decide').waitFor()
    await page.waitForTimeout(READ_MS)
    await decide.getByRole('button', { name: 'None of these' }).click()
    await decide.getByText('The last one: none of these.').waitFor()
    await decide.getByRole('button', { name: 'Undo' }).click()
    await page.waitForTimeout(READ_MS)
    await decide.getByRole('button', { name: 'marketing' }).click()
    await page.reload()
    await decide.getByText('Nothing to decide.').waitFor()

    expect(texts.sort()).toEqual([POISON, TORN].sort())
    expect(await labelOf(POISON)).toMatchObject({ label: 'marketing', adjudicated: true, role: 'evaluation' })
    expect(await labelOf(TORN)).toMatchObject({ label: 'marketing', adjudicated: true, role: 'training' })
    expect(await page.title()).toBe('Labels · Bellwether')
    expect(complaints).toEqual([])
  })
})

it('shows flagged posts as text, and how to delete them', async () => {
  const { page, complaints } = await arrive()
  const flagged = part(page, 'Flagged')

  await flagged.getByText('Personal: 1 post').waitFor()
  expect(await flagged.locator('.post').textContent()).toBe(PERSONAL)
  await flagged.getByText('Delete it everywhere').click()
  await flagged.getByText(`"posts":["${cascadeId(PERSONAL)}"]`).waitFor()
  await flagged.getByLabel('Its label').selectOption('marketing')
  await flagged.getByRole('button', { name: 'Decide' }).click()
  await flagged.getByText('Nothing is flagged.').waitFor()

  expect(await labelOf(PERSONAL)).toMatchObject({ label: 'marketing', adjudicated: true })
  expect(complaints).toEqual([])
})

describe("a correction on the owner's page", () => {
  it('changes the label and lists the models and reports that used the wrong one', async () => {
    const { page, complaints } = await arrive()
    const correct = part(page, 'Correct a label')

    await page.getByLabel('Words of the post').fill('cold starts 900')
    await page.keyboard.press('Enter')
    const found = correct.getByRole('article').filter({ hasText: SURE })
    await found.getByText('technical, said by ana (technical), ben (technical)').waitFor()
    await found.getByLabel('Its label').selectOption('marketing')
    await found.getByRole('button', { name: 'Correct' }).click()

    await found.getByText(`${cardExample.job} (live)`).waitFor()
    await found.getByText(`#aws, ${dateInWords(SETTLED)} (counted the label)`).waitFor()
    expect(await labelOf(SURE)).toMatchObject({ label: 'marketing', adjudicated: true })
    await site.cloud.idle()
    const datasets: string[] = []
    for await (const { key } of site.objects.list('datasets/')) if (key.endsWith('posts.train')) datasets.push(key)
    const texts = await Promise.all(datasets.map(async (key) => String((await site.objects.read(key))?.body)))
    expect(texts.some((text) => text.includes('__label__marketing cold starts fell from 900'))).toBe(true)
    expect(complaints).toEqual([])
  })
})

describe('a past decision', () => {
  it('is in a list, and can be changed there', async () => {
    const { page } = await arrive()
    const correct = part(page, 'Correct a label')

    await correct.getByText('Past decisions').click()
    const made = correct.getByRole('article').filter({ hasText: SURE })
    await made.getByText('marketing, decided by the owner').waitFor()
    await made.getByLabel('Its label').selectOption('technical')
    await made.getByRole('button', { name: 'Correct' }).click()
    await made.getByText('technical, decided just now').waitFor()

    expect(await labelOf(SURE)).toMatchObject({ label: 'technical', adjudicated: true })
  })
})

describe('closing a batch early', () => {
  it('asks for confirmation, settles the available answers, and shows the result', async () => {
    const { page, complaints } = await arrive()
    const batches = part(page, 'Batches')
    await batches.getByRole('button', { name: 'Close early' }).click()
    await page.getByRole('dialog').getByText('8 posts still wait for answers').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await site.objects.exists(`labeled/${OPEN}/quality.json`)).toBe(false)

    await batches.getByRole('button', { name: 'Close early' }).click()
    await page.getByRole('button', { name: 'Close it' }).click()

    await batches.getByText('No batch is open.').waitFor({ timeout: 20_000 })
    await batches.getByRole('row', { name: new RegExp(`${OPEN} 0 of 8`) }).waitFor()
    expect(complaints).toEqual([])
  })
})

describe("people on the owner's page", () => {
  it.each([
    ['annotator', '/desk/session'],
    ['reader', '/report/session'],
  ])('get a working link as %s from the page, and lose it there', async (role, session) => {
    const { page } = await arrive()
    const people = part(page, 'People')
    await page.getByLabel('What the link is for').selectOption(role)
    await page.getByLabel('Make a link for').fill('dan')
    await page.keyboard.press('Enter')
    const link = await people.getByLabel('Link for dan').inputValue()
    await page.getByText('Earlier links of dan stay valid until they expire or are ended.').waitFor()
    const dan = await visit(link)
    await dan.page.waitForResponse((response) => response.url().endsWith(session) && response.ok())

    await people.getByRole('button', { name: 'End link of dan' }).click()
    await page.getByRole('button', { name: 'Keep it' }).click()
    await people.getByRole('row', { name: /^dan/ }).waitFor()
    await people.getByRole('button', { name: 'End link of dan' }).click()
    await page.getByRole('button', { name: 'End it' }).click()
    await people.getByRole('row', { name: /^dan/ }).waitFor({ state: 'detached' })

    const after = await visit(link)
    expect((await after.page.waitForResponse((response) => response.url().includes(session))).status()).toBe(401)
  })
})

/** The text of the focused button. */
const focused = (page: Page) => page.evaluate(() => document.querySelector('button:focus')?.textContent ?? '')

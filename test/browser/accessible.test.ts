import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { z } from 'zod'
import { addBatch, removeOpen } from '../../shared/state/desk'
import { type Story, tell } from '../services/report/stories'
import { audit, overflow } from './audit'
import { putLabelled } from './labelled'
import { openSite, type Site } from './site'

/** The narrowest window that WCAG requires, a desktop, and a 4k screen. */
const WIDTHS = [320, 1280, 3840]
const SCHEMES = ['light', 'dark'] as const
const SIZES = WIDTHS.flatMap((width) =>
  SCHEMES.map((colorScheme): [string, BrowserContextOptions] => [
    `${width} px, ${colorScheme}`,
    { viewport: { width, height: width === 320 ? 640 : Math.min(2160, width * 0.625) }, colorScheme },
  ]),
)
/** 1,280 by 800 at 200 %: half the CSS pixels, at a pixel ratio of 2. */
const ZOOMED: [string, BrowserContextOptions] = [
  '200 % zoom',
  { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
]
const STILL: [string, BrowserContextOptions] = [
  'reduced motion and forced colours',
  { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', forcedColors: 'active' },
]

/** A state of a page: its name, and how to reach it from the previous one. */
type State = [name: string, reach: (page: Page) => Promise<unknown>]

const story: Story = {
  from: '2026-11-08',
  days: 14,
  verdicts: ['provisional', 'rejected', 'promoted', 'rejected'],
  waiting: true,
  hasLanguageModel: true,
  spentPosts: 1750,
  partial: { 'aws 2026-11-12': 0.6 },
  missing: ['azure 2026-11-15'],
}

/** A site with reports and an open batch; nothing is settled. */
let site: Site
/** A site with a settled batch with disputes and flags. */
let settled: Site
/** An empty site. */
let empty: Site
let people = 0

beforeAll(async () => {
  site = await openSite()
  // An annotator who never answers: without another one, the first answer settles an item.
  await site.invite({ annotator: 'zoe' })
  settled = await openSite()
  empty = await openSite()
  await tell(site.objects, site.table, story)
  await removeOpen(site.table, '2026-11-21')
  await addBatch(site.table, {
    batch: '2026-11-22',
    deadline: '2026-11-22T21:00:00Z',
    categories: Array.from({ length: 12 }, (_, i) => ({
      name: `label-${i + 1}`,
      definition: `It is about the matter of number ${i + 1}.`,
      examples: ['We moved the client out of it'],
    })),
    items: Array.from({ length: 3 }, (_, i) => ({
      item: String(i).padStart(16, '0'),
      source: `Post number ${i + 1} عرض مجاني https://example.com/${'a'.repeat(120)}`,
      wanted: 90,
      most: 90,
    })),
    expiresAt: 4_000_000_000,
  })
  await putLabelled(settled)
}, 300_000)
afterEach(() => Promise.all([site, settled, empty].map((one) => one.visitorsLeave())))
afterAll(() => Promise.all([site.close(), settled.close(), empty.close()]))

async function come(at: Site, options: BrowserContextOptions, url: string): Promise<Page> {
  const { page } = await at.visitor(options)
  await page.goto(url)
  return page
}

const press = (key: string) => async (page: Page) => {
  await page.waitForTimeout(400)
  await page.keyboard.press(key)
}

const DESK: State[] = [
  ['definitions', (page) => page.locator('#definitions[open]').waitFor()],
  ['a post', press('Escape')],
  ['flags', press('f')],
  [
    'a note',
    async (page) => {
      await press('Escape')(page)
      await press('n')(page)
    },
  ],
  [
    'a post with a note',
    async (page) => {
      await page.keyboard.type('Who is meant?')
      await page.getByRole('button', { name: 'Keep the note' }).click()
    },
  ],
  [
    'an earlier answer',
    async (page) => {
      await press('1')(page)
      await press('b')(page)
    },
  ],
  [
    'the answers of today',
    async (page) => {
      await press('l')(page)
      await page.locator('#answers[open] li').waitFor()
    },
  ],
  [
    'no connection',
    async (page) => {
      await press('Escape')(page)
      await page.context().setOffline(true)
      await press('2')(page)
      await page.getByText('kept here').waitFor()
    },
  ],
  [
    'nothing left',
    async (page) => {
      await page.context().setOffline(false)
      await page.waitForFunction(() => document.getElementById('notice')?.textContent === '')
      for (let i = 0; i < 3 && (await page.locator('#work').isVisible()); i++) await press('3')(page)
      await page.getByRole('heading', { name: 'That was all' }).waitFor()
    },
  ],
]

const OWNER: State[] = [
  ['what there is', (page) => page.locator('.decide > *').first().waitFor()],
  [
    'posts that were found',
    async (page) => {
      await page.getByLabel('Words of the post').fill('aws')
      await page.getByRole('button', { name: 'Find' }).click()
      await page.getByRole('article').first().waitFor()
    },
  ],
  [
    'a link that was made',
    async (page) => {
      await page.getByLabel('Make a link for').fill('dan')
      await page.getByRole('button', { name: 'Make link' }).click()
      await page.getByRole('button', { name: 'Copy' }).waitFor()
    },
  ],
  [
    'everything open',
    (page) =>
      page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true
      }),
  ],
  ['a question', (page) => page.getByRole('button', { name: 'Close early' }).click()],
]

const ready = (page: Page) => page.locator('main:not([aria-busy])').waitFor()
const REPORT: State[] = [
  [
    'two weeks',
    async (page) => {
      await ready(page)
      await page.locator('.why[data-read]').first().waitFor()
    },
  ],
  [
    'everything open',
    (page) =>
      page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true
      }),
  ],
  [
    'earlier days',
    async (page) => {
      await page.goto(`${new URL(page.url()).origin}/report?topic=aws&to=2026-11-19&against=2026-11-11`)
      await ready(page)
    },
  ],
  [
    'a model',
    async (page) => {
      await page.locator('#models a').first().click()
      await page.waitForURL(/\/report\/model\?job=/)
      await ready(page)
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true
      })
    },
  ],
]

const PAGES: [string, () => Promise<[Site, string]>, State[]][] = [
  ['the desk', async () => [site, (await site.invite({ annotator: `ana-${++people}` })).url], DESK],
  ["the owner's page", async () => [settled, (await settled.invite({ owner: 'me' })).url], OWNER],
  ['the report', async () => [site, (await site.invite({ reader: 'team' })).url], REPORT],
]
const REFUSED: State[] = [
  ['a link that is forged', (page) => page.getByText('This link is not valid').first().waitFor()],
]
const OTHERS: typeof PAGES = [
  [
    'the desk without posts',
    async () => [empty, (await empty.invite({ annotator: 'ana' })).url],
    [['nothing waits', (page) => page.getByText('Nothing waits').waitFor()]],
  ],
  [
    "the owner's page without labels",
    async () => [empty, (await empty.invite({ owner: 'me' })).url],
    [['nothing', (page) => page.getByText('No batch is settled.').waitFor()]],
  ],
  [
    'the report without reports',
    async () => [empty, (await empty.invite({ reader: 'team' })).url],
    [['nothing', ready]],
  ],
  ['the desk', async () => [empty, `${empty.cloud.endpoint}/desk#a.b.c`], REFUSED],
  ["the owner's page", async () => [empty, `${empty.cloud.endpoint}/desk/owner#a.b.c`], REFUSED],
  ['the report', async () => [empty, `${empty.cloud.endpoint}/report#a.b.c`], REFUSED],
]

/** The violations in each state of a page. */
async function faults(page: Page, states: readonly State[]): Promise<string[]> {
  const found: string[] = []
  for (const [name, reach] of states) {
    await reach(page)
    found.push(...(await audit(page)).map((fault) => `${name}: ${fault}`))
    const wide = await overflow(page)
    if (wide > 0) found.push(`${name}: ${wide} px too wide`)
  }
  return found
}

describe.each([...SIZES, ZOOMED, STILL])('all pages at %s', (_, options) => {
  it.each(PAGES)(
    '%s passes axe in every state, and scrolls in one direction',
    async (_page, open, states) => {
      const [at, url] = await open()

      expect(await faults(await come(at, options, url), states)).toEqual([])
    },
    240_000,
  )
})

describe.each(SIZES.slice(0, 2))('empty pages at %s', (_, options) => {
  it.each(OTHERS)('%s passes axe when it has nothing to show', async (_page, open, states) => {
    const [at, url] = await open()

    expect(await faults(await come(at, options, url), states)).toEqual([])
  })
})

describe('pages on paper', () => {
  it.each(PAGES)('%s passes axe, and fits on a sheet', async (_, open, [first]) => {
    const [at, url] = await open()
    // A4 minus margins of 14 mm.
    const page = await come(at, { viewport: { width: 688, height: 1000 }, colorScheme: 'dark' }, url)
    await first?.[1](page)
    await page.keyboard.press('Escape')
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')))

    expect(await faults(page, [['on paper', async () => undefined]])).toEqual([])
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)')
  })
})

describe('pages by keyboard and for assistive technology', () => {
  it.each(PAGES)('%s shows the focus, and covers it with nothing', async (_, open, [first]) => {
    const [at, url] = await open()
    const page = await come(at, { viewport: { width: 360, height: 640 } }, url)
    await first?.[1](page)
    await page.keyboard.press('Escape')
    const seen: string[] = []
    const hidden: string[] = []

    for (let tab = 0; tab < 120; tab++) {
      await page.keyboard.press('Tab')
      const { name, isShown, isCovered, round } = await focusOf(page)
      if (round !== 'new') {
        // A date input has several tab stops.
        if (round === 'again') break
        continue
      }
      seen.push(name)
      if (!isShown) hidden.push(`${name} has no outline`)
      if (isCovered) hidden.push(`${name} is covered`)
    }

    expect(seen.length).toBeGreaterThan(4)
    expect(hidden).toEqual([])
  })

  it.each(PAGES)('%s moves nothing for a visitor who prefers reduced motion', async (_, open, [first]) => {
    const [at, url] = await open()
    const page = await come(at, { reducedMotion: 'reduce' }, url)
    await first?.[1](page)

    const moving = await page.evaluate(
      () =>
        [...document.querySelectorAll('*')].filter((one) => {
          const { transitionDuration, animationName } = getComputedStyle(one)
          return /[1-9]/.test(transitionDuration) || animationName !== 'none'
        }).length,
    )
    expect(moving).toBe(0)
  })

  it.each(PAGES)('%s has one main part, one first-level heading, and a live region', async (_, open, [first]) => {
    const [at, url] = await open()
    const page = await come(at, {}, url)
    await first?.[1](page)

    const [main, title] = await Promise.all([page.locator('main').count(), page.locator('h1').count()])
    expect([main, title]).toEqual([1, 1])
    expect(await page.locator('[aria-live], [role=status], [role=alert], [aria-busy]').count()).toBeGreaterThan(0)
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en')
  })

  it('have a table with numbers for every plot of the report and the card', async () => {
    const page = await come(site, {}, (await site.invite({ reader: 'team' })).url)
    for (const state of REPORT.filter(([name]) => name === 'two weeks' || name === 'a model')) {
      await state[1](page)
      const figures = await page.evaluate(() =>
        [...document.querySelectorAll('.plot')].map((plot) => {
          const figure = plot.closest('figure')
          const named = plot.querySelector('svg')?.getAttribute('aria-label')
          return [named !== '', figure?.querySelectorAll('details table tbody tr').length ?? 0] as const
        }),
      )
      expect(figures.length).toBeGreaterThan(0)
      expect(figures.filter(([named, rows]) => !named || rows === 0)).toEqual([])
    }
  })
})

const focus = z.object({
  name: z.string(),
  isShown: z.boolean(),
  isCovered: z.boolean(),
  round: z.enum(['new', 'still', 'again']),
})

/** The focused element: whether the focus is visible, whether something covers it, and whether it had the focus before. */
async function focusOf(page: Page): Promise<z.infer<typeof focus>> {
  return focus.parse(
    await page.evaluate(() => {
      const one = document.activeElement ?? document.body
      // A radio button drawn as a segment has the outline around the segment.
      const drawn = [one, one.nextElementSibling].find((part) => part && getComputedStyle(part).outlineStyle !== 'none')
      const { left, top, width, height } = (drawn ?? one).getBoundingClientRect()
      const over = document.elementFromPoint(left + width / 2, top + Math.min(height, innerHeight) / 2)
      const last = document.querySelector('[data-has-focus]')
      const isSeen = one.hasAttribute('data-had-focus') || one === document.body
      last?.removeAttribute('data-has-focus')
      one.setAttribute('data-has-focus', '')
      one.setAttribute('data-had-focus', '')
      return {
        name: `${one.tagName} ${one.id} ${one.getAttribute('aria-label') ?? one.textContent?.slice(0, 30) ?? ''}`.trim(),
        isShown: drawn !== undefined && drawn !== null && parseFloat(getComputedStyle(drawn).outlineWidth) >= 2,
        isCovered: !over || !(over === drawn || drawn?.contains(over) || over.contains(one) || one.contains(over)),
        round: one === last ? ('still' as const) : isSeen ? ('again' as const) : ('new' as const),
      }
    }),
  )
}

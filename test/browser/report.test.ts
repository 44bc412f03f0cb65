import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { z } from 'zod'
import { ROOT } from '../../local/root'
import { type Story, tell } from '../services/report/stories'
import { audit, overflow } from './audit'
import { DESKTOP, keepPicture, openSite, PHONE, type Site, type Visitor } from './site'

const VIEWS = {
  'phone-light': { ...PHONE, colorScheme: 'light' },
  'phone-dark': { ...PHONE, colorScheme: 'dark' },
  'desktop-light': { ...DESKTOP, colorScheme: 'light' },
  'desktop-dark': { ...DESKTOP, colorScheme: 'dark' },
} as const

let site: Site
let visitor: Visitor

/** Each story has a cloud of its own. */
jest.setTimeout(120_000)

beforeAll(() => {
  execFileSync(process.execPath, [path.join(ROOT, 'bin/package.mjs')])
}, 300_000)

afterEach(async () => {
  await visitor?.close()
  await site?.close()
})

async function open(story: Story, start: string, view: keyof typeof VIEWS = 'desktop-light'): Promise<void> {
  site = await openSite({ start: Date.parse(start) })
  await tell(site.objects, site.table, story)
  await look(view)
}

/** Opens a new link in another browser. */
async function look(view: keyof typeof VIEWS): Promise<void> {
  await visitor?.close()
  visitor = await site.visitor(VIEWS[view])
  await visitor.page.goto((await site.invite({ reader: 'team' })).url)
  await settled()
}

async function settled(): Promise<void> {
  await visitor.page.locator('main:not([aria-busy])').waitFor()
  // Plots are drawn when they become visible, not while they are collapsed.
  await visitor.page.waitForFunction(() =>
    [...document.querySelectorAll('.plot')].every((place) => place.firstChild || !place.checkVisibility()),
  )
}

/** Checks for complaints of the browser, axe violations, and horizontal scrolling. */
async function isSound(): Promise<void> {
  const { page, complaints } = visitor
  expect(complaints).toEqual([])
  expect(await audit(page)).toEqual([])
  expect(await overflow(page)).toBeLessThanOrEqual(0)
}

/** Checks every view of a story and stores its screenshot. */
async function isSoundEverywhere(name: string, views = Object.keys(VIEWS) as (keyof typeof VIEWS)[]): Promise<void> {
  for (const view of views) {
    await look(view)
    await isSound()
    await keepPicture(visitor.page, `${name}-${view}`)
  }
}

/** Text with a contrast below 4.5:1 on white. */
const pale = (selector: string): Promise<string[]> =>
  visitor.page.locator(selector).evaluateAll((elements) =>
    elements.flatMap((one) => {
      const { color, fill } = getComputedStyle(one)
      const used = one instanceof SVGElement ? fill : color
      const [red, green, blue] = (used.match(/[\d.]+/g) ?? []).map((part) => {
        const value = Number(part) / 255
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
      })
      const luminance = 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
      return 1.05 / (luminance + 0.05) < 4.5 ? [`${one.textContent?.slice(0, 40)}: ${used}`] : []
    }),
  )

const text = (selector = 'main') => visitor.page.locator(selector).innerText()

const twoWeeks: Story = {
  from: '2026-11-09',
  days: 14,
  verdicts: ['provisional', 'rejected', 'promoted', 'rejected'],
  waiting: true,
  spentPosts: 1750,
  partial: { 'aws 2026-11-12': 0.6, 'azure 2026-11-18': 0.1 },
  missing: ['azure 2026-11-15'],
}

describe('the evidence behind a share', () => {
  it('is words for a reader, and posts as text for an owner, each with its own direction', async () => {
    await open(twoWeeks, '2026-11-23T10:00:00Z')
    await visitor.page.locator('.why[data-read]').first().waitFor()

    expect(await text('.why >> nth=0')).toMatch(/Says more often: lambda\.\s+Says less often: webinar\./)
    expect(await text('.why >> nth=0')).not.toContain('Which posts')

    await visitor.close()
    visitor = await site.visitor(DESKTOP)
    await visitor.page.goto((await site.invite({ owner: 'me' })).url)
    await visitor.page.waitForFunction(() => !location.hash)
    await visitor.page.goto(`${site.cloud.endpoint}/report`)
    await settled()
    await visitor.page.locator('.why[data-read]').first().waitFor()
    for (const summary of await visitor.page.locator('.why summary').all()) await summary.click()
    const post = visitor.page.locator('.why .post', { hasText: 'onerror' }).first()
    expect(await post.innerText()).toBe('<img src=x onerror=alert(1)> عرض مجاني')
    expect([await post.getAttribute('dir'), await post.getAttribute('lang')]).toEqual(['auto', 'en'])
    expect(await text('.why >> nth=0')).toContain('90 posts after 2: +3.1 points; label predicted by the model')
    await isSound()
  })
})

describe('the report of sixty days', () => {
  it("needs at most a third of a phone's page for models, in words first", async () => {
    await open(
      { ...twoWeeks, from: '2026-09-24', days: 60, partial: {}, missing: [] },
      '2026-11-23T10:00:00Z',
      'phone-light',
    )

    const heights = z
      .array(z.number())
      .parse(
        await visitor.page.evaluate(
          `['main', '#models'].map((one) => document.querySelector(one).getBoundingClientRect().height)`,
        ),
      )
    const [page = 0, models = 0] = heights
    process.stdout.write(`models take ${Math.round(models)} of ${Math.round(page)} px\n`)
    expect(models).toBeLessThanOrEqual(page / 3)
    expect(await text('#models > p >> nth=0')).toMatch(
      /^A model of the engine \w+ is live since .* its macro-F1, .* lost against it since/,
    )
    expect(await visitor.page.locator('#models details[open]').count()).toBe(0)
  })
})

describe('a card', () => {
  it('has one number, and passes the checks', async () => {
    await open(twoWeeks, '2026-11-23T10:00:00Z')
    const { url } = await site.invite({ card: 'wiki', hashtag: 'aws', label: 'technical' })

    await visitor.page.goto(url)

    expect(await text()).toMatch(/^\d+\s%\s+technical of the posts about #aws in the seven days to 22 November 2026/)
    expect(visitor.complaints).toEqual([])
    expect(await visitor.page.evaluate(() => getComputedStyle(document.querySelector('.n')!).fontSize)).toBe('32px')
  })
})

describe('navigation on the report page', () => {
  it('leads by a form to days and a hashtag, whose address works in every session', async () => {
    await open(twoWeeks, '2026-11-23T10:00:00Z')
    const { page } = visitor

    await page.getByRole('combobox', { name: 'Hashtag' }).selectOption('aws')
    await page.getByLabel('To', { exact: true }).fill('2026-11-19')
    await page.getByLabel('Compare the last day with').fill('2026-11-11')
    await page.getByRole('button', { name: 'Show' }).click()
    await page.waitForURL('**/report?topic=aws&to=2026-11-19&against=2026-11-11')
    await settled()

    expect(await text('#answer')).toMatch(/On 19 November 2026 about/)
    expect(await text('#answer')).not.toContain('#azure')
    expect(await text('#answer .change')).toMatch(/against 11 November 2026|Against 11 November 2026/)
    expect(await text()).toContain('These are the days to 19 November 2026, not the newest.')
    await isSound()

    const address = page.url()
    const { page: other, close } = await site.visitor(DESKTOP)
    await other.goto(address)
    await other.getByText('Open the link that you were given.').waitFor()
    await close()
  })

  it.each(['desktop-light', 'phone-light'] as const)('shows the values of a point, on %s', async (view) => {
    await open(twoWeeks, '2026-11-23T10:00:00Z', view)
    const plot = visitor.page.locator('#trend .plot svg').first()
    const point = plot.locator('g[stroke-width="1.5"] path').nth(3)
    await point.scrollIntoViewIfNeeded()

    if (view === 'phone-light') await point.tap({ force: true })
    else await point.hover({ force: true })

    await plot.locator('text', { hasText: /Nov.*technical \d+ % \(\d+–\d+\)/s }).waitFor({ state: 'attached' })
    expect(visitor.complaints).toEqual([])
  })
})

describe('the report of a fresh stack', () => {
  it('says that there is nothing yet, and when there will be', async () => {
    await open({ from: '2026-11-09', days: 0 }, '2026-11-09T10:00:00Z')

    expect(await text()).toContain('Nothing has been reported yet')
    expect(await text()).toContain('every day at 00:10 UTC')
    expect(await visitor.page.locator('svg').count()).toBe(0)
    await isSoundEverywhere('report-fresh', ['phone-light', 'desktop-dark'])
  })
})

describe('the report of day one', () => {
  it('has an answer from labels alone, and says so', async () => {
    await open({ from: '2026-11-09', days: 1, waiting: true, status: 'unmeasured' }, '2026-11-10T10:00:00Z')

    expect(await text('blockquote >> nth=0')).toMatch(
      /^On 9 November 2026 about \d+\s% \(\d+ to \d+\s%\) of the [\d,]+ posts about #aws were/,
    )
    expect(await text()).toContain('No model is live yet')
    expect(await text()).toContain('60 posts wait for labels')
    expect(await text('#trend')).toContain('lines begin with the second')
    expect(await text('.card >> nth=0')).not.toMatch(/week|seven days/i)
    await isSoundEverywhere('report-day-one', ['phone-dark', 'desktop-light'])
  })

  it('gives no number from too few labels, and says how many are missing', async () => {
    const few: Story = { from: '2026-11-09', days: 1, labelled: 4, status: 'unmeasured' }
    await open(few, '2026-11-10T10:00:00Z')

    expect(await text('.card >> nth=0')).toContain('about 93 more would give ±10 points')
    expect(await text('.cards')).not.toMatch(/\d\s?%/)
    await isSoundEverywhere('report-few-labels', ['phone-light'])
  })
})

it('says on the first morning that it waits for annotators', async () => {
  const morning: Story = { from: '2026-11-09', days: 1, labelled: 0, unsettled: true, waiting: true }
  await open(morning, '2026-11-10T10:00:00Z')

  expect(await text('.notice')).toContain('There is no number yet')
  expect(await text('#waiting')).toContain('60 posts wait for labels')
  await isSoundEverywhere('report-first-morning', ['phone-light'])
})

describe('the report of two weeks', () => {
  beforeEach(() => open(twoWeeks, '2026-11-23T10:00:00Z'))

  it('passes the checks on a phone and a desktop, in light and dark', async () => {
    await isSoundEverywhere('report-two-weeks')
  })

  it('plots what the reader chooses, with the numbers in a table and a download', async () => {
    const { page } = visitor
    const plot = page.locator('#trend figure >> nth=0')
    const before = await plot.locator('svg').innerHTML()
    await page.getByText('the seven days up to it').click()
    await settled()
    expect(await plot.locator('svg').innerHTML()).not.toBe(before)

    await plot.locator('summary').click()
    expect(await plot.locator('tbody tr').count()).toBe(28)
    const coming = page.waitForEvent('download')
    await plot.getByRole('button', { name: 'Download CSV' }).click()
    const download = await coming
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n')
    expect(download.suggestedFilename()).toBe('bellwether-aws-week-by-posts.csv')
    expect(lines[0]).toBe('date,hashtag,stream,label,share,low,high,labels,posts,state')
    expect(lines).toHaveLength(29)
    await isSound()
  })

  it('plots one of two labels, names the other as the rest, and lists both in the table', async () => {
    const { page } = visitor
    const figure = page.locator('.card figure').first()

    expect(await figure.locator('.plot text', { hasText: 'day, posts' }).count()).toBe(1)
    expect(await text('.card figure >> nth=0')).toContain('The rest to 100 % is marketing.')
    expect(await page.locator('#compare .plot text', { hasText: '#aws' }).count()).toBe(1)
    expect(await text('#compare')).toContain('The rest to 100 % is marketing.')
    await figure.locator('summary').click()
    expect(await figure.locator('tbody tr').count()).toBe(8)
  })

  it('copies the sentence of the day, and that of the seven days', async () => {
    const { page } = visitor
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const quotes = page.locator('.card >> nth=0').locator('.quote')
    const sentences = await quotes.locator('blockquote').allTextContents()
    expect(sentences).toEqual([
      expect.stringMatching(/^On 22 November 2026 about .*, from 30 labels given by people, with a model/),
      expect.stringMatching(/^In the seven days to 22 November 2026 about .*, from 210 labels given by people/),
    ])

    for (const [i, sentence] of sentences.entries()) {
      await quotes.nth(i).getByRole('button', { name: 'Copy' }).click()
      await quotes.nth(i).getByRole('button', { name: 'Copied' }).waitFor()
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(sentence)
    }
    expect(await page.getByRole('status').textContent()).toBe('Copied')
  })

  it('writes all dates in one format, and explains how its figures relate', async () => {
    const { page } = visitor
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true
    })
    const batches = z
      .array(z.array(z.string()))
      .parse(
        await page
          .locator('#labels tbody tr')
          .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.innerText))),
      )
    // The name of a batch is no date, though it is made of one: commands take it.
    await page.evaluate(() => {
      for (const name of document.querySelectorAll('#labels td:first-child')) name.remove()
    })
    const said = (await text()).replaceAll('\u00a0', ' ').replaceAll(/Batch \d{4}-\d{2}-\d{2}/g, '')

    expect(said.match(/.*\b\d{4}-\d{2}-\d{2}\b.*/g)).toBeNull()
    expect(await text('h1')).toBe('What is the talk about #aws and #azure made of?')
    expect(said).toMatch(/Of 840 items in the newest 14 batches, 812 have a label and 28 have none\./)
    expect(batches).toHaveLength(14)
    for (const [, items, labelled, checks, , , , , , without = ''] of batches) {
      const none = (without.match(/\d+/g) ?? []).reduce((sum, one) => sum + Number(one), 0)
      expect(Number(labelled) + Number(checks) + none).toBe(Number(items))
    }
    expect(said).toMatch(/798 posts in 527 messages; 5,586 posts in 3,689 messages in seven days/)
    expect(await text('#spending')).toContain('an answer above counts each post once, on the day it was published')
  })

  it('works without colour: every label has its name at its line, a mark and a dash pattern', async () => {
    const { page } = visitor
    const plot = page.locator('#trend figure >> nth=0')
    const dashes = await plot
      .locator('svg path[stroke-width="2"], svg g[stroke-width="2"]')
      .evaluateAll((lines) =>
        lines.map(
          (line) => line.getAttribute('stroke-dasharray') ?? line.parentElement?.getAttribute('stroke-dasharray'),
        ),
      )

    expect(new Set(dashes).size).toBeGreaterThan(1)
    expect(await plot.locator('svg').innerHTML()).toMatch(/technical.*marketing|marketing.*technical/s)
  })

  it('says what was not collected', async () => {
    const { page } = visitor
    expect(await text('#coverage')).toContain('3 of 28 days are missing or were collected in part')
    await page.locator('#coverage summary').click()
    expect(await text('#coverage table')).toMatch(/12 November 2026\s+aws\s+file\s+60 %\s+\d+\s+The cap on posts/)
    expect(await visitor.page.locator('#coverage td > bdi', { hasText: 'aws' }).count()).toBeGreaterThan(0)
    expect(await text('header')).toMatch(/As of 23 November 2026, 10:\d\d UTC/)
    expect(await visitor.page.locator('#terms dt').count()).toBe(14)
  })

  it('prints on white with every table open and named, and without controls', async () => {
    await look('desktop-dark')
    const { page } = visitor
    const tables = await page.locator('table').count()
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')))

    expect(await page.locator('table:visible').count()).toBe(tables)
    expect(await page.getByText('Table: what was collected').isVisible()).toBe(true)
    expect(await page.getByRole('button').count()).toBe(0)
    expect(await page.getByRole('radio').count()).toBe(0)
    expect(await text('header')).toContain(`at ${site.cloud.endpoint}/report.`)
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)')
    expect(await pale('p, td, .live, .plot text')).toEqual([])
    // A4 minus the margins.
    const sheet = { width: 688, height: 1000 }
    await page.setViewportSize(sheet)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(sheet.width)
    const drawn = await page
      .locator('.plot svg')
      .evaluateAll((plots) => plots.map((plot) => plot.getAttribute('width')))
    expect(new Set(drawn)).toEqual(new Set(['640']))

    await page.evaluate(() => dispatchEvent(new Event('afterprint')))
    expect(await page.locator('details[open]').count()).toBe(0)
  })

  it('fits on a dozen sheets of A4', async () => {
    const sheets = (await visitor.page.pdf({ format: 'A4' })).toString('latin1').match(/\/Type\s*\/Page\b/g)
    expect(sheets?.length).toBeGreaterThan(3)
    expect(sheets?.length).toBeLessThanOrEqual(12)
  })

  it('leads to the card of a model, with every rule and its lineage', async () => {
    for (const view of ['phone-dark', 'desktop-light'] as const) {
      await look(view)
      await visitor.page.getByText('Every model, and why').click()
      await visitor.page.locator('.models a >> nth=1').click()
      await visitor.page.waitForURL(/\/report\/model\?job=/)
      await settled()
      await isSound()
      await keepPicture(visitor.page, `model-card-${view}`)
    }
    expect(await text('#gate')).toContain('✓ passed')
    expect(await text('#comparison')).toContain('McNemar')
    const second = await text('#language-model')
    expect(second).toMatch(/about 81\s% as wide with its answers beside this model as without them/)
    expect(second).toContain('in 85 of a hundred (76 to 90), on 97 labelled posts')
    expect(second).toContain('technical with marketing (9 of 60)')
    expect(second).toContain('$0.11 for 4,200 messages on the days of these labels; $26.19 a million')
    await visitor.page.locator('#lineage summary').click()
    expect(await text('#lineage')).toContain('4'.repeat(64))
  })

  it("shows nothing without a link, or with an annotator's link", async () => {
    const { page } = visitor
    await page.context().clearCookies()
    await page.goto(`${site.cloud.endpoint}/report`)
    await settled()
    expect(await text()).toContain('Open the link that you were given')
    const { url } = await site.invite({ annotator: 'ana' })
    await page.goto(url.replace('/desk#', '/report#'))
    await settled()
    expect(await text()).toContain('This link is for another page')
  })
})

describe('the report of a stopped pipeline', () => {
  it('says so before any number, with the other problems', async () => {
    await open({ ...twoWeeks, waiting: false, spentPosts: 0, disagrees: true }, '2026-11-28T10:00:00Z')
    const said = await text()

    expect(said.indexOf('Nothing new for 6 days')).toBeLessThan(said.indexOf('#aws were'))
    expect(said).toContain('The last answer')
    expect(said).toContain('13 of 38 days are missing')
    expect(said).toContain('The model has begun to miss something')
    await isSoundEverywhere('report-stopped', ['phone-light', 'desktop-dark'])
  })
})

describe('the report of unreliable labels', () => {
  it('has no share, but how often two annotators disagree and what a single one says', async () => {
    const story: Story = { ...twoWeeks, spentPosts: 0, status: 'unreliable', unreliableFrom: 11 }
    await open(story, '2026-11-23T10:00:00Z')

    expect(await text('.notice.bad')).toContain('The labels are unreliable')
    expect(await visitor.page.locator('blockquote').count()).toBe(0)
    const card = await text('.card >> nth=0')
    expect(card).toMatch(/no share, since people disagree too often.*Two people disagree about 43\s%/s)
    expect(card).toMatch(/Of what one person says of them, 58\s% is technical/)
    await isSoundEverywhere('report-unreliable', ['phone-light', 'desktop-light'])
  })
})

describe('the report of a source without posts', () => {
  it('says since when, and what the last seven days rest on', async () => {
    await open({ ...twoWeeks, silent: 4 }, '2026-11-23T10:00:00Z')

    expect(await text('.notice')).toMatch(/No posts for 4 days.*#aws: the newest are of 18 November 2026/s)
    expect(await text('.card >> nth=0')).toMatch(
      /On 18 November 2026 about .*The last day with a number.*In the seven days to 22 November 2026 .*Of these, 3 days had posts/s,
    )
    expect(await visitor.page.locator('.card svg').count()).toBe(2)
    expect(await text('#coverage')).toContain('On 8 of 28 there were no posts.')
    await isSoundEverywhere('report-silent', ['desktop-light'])
  })
})

it('shows what a language model adds, its agreement with annotators, and its cost', async () => {
  await open({ ...twoWeeks, hasLanguageModel: true }, '2026-11-23T10:00:00Z')

  const panel = visitor.page.locator('.second-predictor').first()
  await panel.locator('summary').click()

  const said = await panel.innerText()
  expect(said).toMatch(/technical \d+\.\d points wide, without it \d+\.\d/)
  expect(said).toContain('in 86 of a hundred (82 to 90), on 300 labelled posts')
  expect(said).toContain('in 90 of a hundred (85 to 93), on 210 posts that two judged')
  expect(said).toContain('technical with marketing (27 of 170)')
  expect(said).toContain('for $0.13; no answer: refusal 7, unsure 5')
  await isSound()
})

it('leaves a definition room to be read beside a name of 256 characters', async () => {
  const definition = 'The post teaches, asks or reports how something is built, run or fixed.'
  await open({ from: '2026-11-09', days: 1 }, '2026-11-10T10:00:00Z')
  for (const view of ['desktop-light', 'phone-light'] as const) {
    await look(view)
    await visitor.page.route('**/report/data', async (route) => {
      const answer = await route.fetch()
      const overview = z.record(z.string(), z.unknown()).parse(await answer.json())
      await route.fulfill({
        response: answer,
        json: { ...overview, categories: [{ name: 'x'.repeat(256), definition }] },
      })
    })
    await visitor.page.reload()
    await settled()

    const [list, room] = z
      .tuple([z.number(), z.number()])
      .parse(
        await visitor.page.evaluate(
          `['#definitions dl', '#definitions dd'].map((one) => document.querySelector(one).getBoundingClientRect().width)`,
        ),
      )
    expect(room).toBeGreaterThanOrEqual(list / 2)
    await isSound()
  }
})

it('shows many labels one by one, and unreadable files by name', async () => {
  const labels = ['how-to', 'outage', 'release', 'pricing', 'technical', 'marketing']
  await open({ ...twoWeeks, labels }, '2026-11-23T10:00:00Z')
  await site.objects.put('champion.json', '{}')
  await look('phone-light')

  expect(await text('.notice.bad')).toContain('champion.json')
  expect(await visitor.page.locator('#trend figure').count()).toBe(12)
  const figure = visitor.page.locator('.card figure').first()
  expect(await figure.locator('.plot text', { hasText: 'day, posts' }).count()).toBe(6)
  await isSound()
})

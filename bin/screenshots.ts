// Retakes the pictures in docs/screenshots from the current pages: `node bin/run.mjs bin/screenshots.ts`, with
// `desk`, `owner` or `report` behind it those of one page, and with `report two-weeks` those of one story.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { readFileSync } from 'node:fs'
import { addBatch } from '../shared/state/desk'
import { settings } from '../shared/settings'
import { lineBreaksOf, shownText } from '../shared/text'
import { putLabelled } from '../test/browser/labelled'
import { DESKTOP, openSite, PHONE, type Site, takePicture } from '../test/browser/site'
import { type Story, tell } from '../test/services/report/stories'

const folder = path.resolve('docs/screenshots')
const posts = readFileSync('samples/posts/sample.jsonl', 'utf8')
  .split('\n')
  .slice(0, 24)
  .map((line) => String(JSON.parse(line).text))

const DEVICES = [
  ['phone', { ...PHONE, deviceScaleFactor: 2 }],
  ['desktop', DESKTOP],
] as const

const ANNOTATORS = { 'phone-light': 'ana', 'phone-dark': 'ben', 'desktop-light': 'cho', 'desktop-dark': 'dan' } as const

/** Of the post every form is kept; of the rest one form each is enough. */
const KEPT = [
  'definitions-desktop-light',
  'flag-phone-dark',
  'back-desktop-dark',
  'offline-phone-light',
  'forged-phone-light',
]

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const [only, named] = process.argv.slice(2)
  if (only === undefined || only === 'desk') await desk()
  if (only === undefined || only === 'owner') await owner()
  if (only !== undefined && only !== 'report') return
  for (const story of STORIES) if (named === undefined || named === story.name) await report(story)
}

const twoWeeks: Story = {
  from: '2026-11-09',
  days: 14,
  verdicts: ['provisional', 'rejected', 'promoted', 'rejected'],
  spentPosts: 1750,
  partial: { 'aws 2026-11-12': 0.6, 'azure 2026-11-18': 0.1 },
  missing: ['azure 2026-11-15'],
}
const firstDay: Story = { from: '2026-11-09', days: 1 }

/** The report at times of a stack's life, by the names of the pictures. */
const STORIES: { name: string; now: string; story: Story; views: View[] }[] = [
  { name: 'fresh', now: '2026-11-09', story: { ...firstDay, days: 0 }, views: ['phone-light', 'desktop-dark'] },
  {
    name: 'first-morning',
    now: '2026-11-10',
    story: { ...firstDay, labelled: 0, unsettled: true, waiting: true },
    views: ['phone-light'],
  },
  {
    name: 'few-labels',
    now: '2026-11-10',
    story: { ...firstDay, labelled: 4, status: 'unmeasured' },
    views: ['phone-light'],
  },
  {
    name: 'day-one',
    now: '2026-11-10',
    story: { ...firstDay, status: 'unmeasured' },
    views: ['phone-dark', 'desktop-light'],
  },
  { name: 'silent', now: '2026-11-23', story: { ...twoWeeks, silent: 4 }, views: ['desktop-light'] },
  {
    name: 'stopped',
    now: '2026-11-28',
    story: { ...twoWeeks, spentPosts: 0, disagrees: true },
    views: ['phone-light', 'desktop-dark'],
  },
  {
    name: 'two-weeks',
    now: '2026-11-23',
    story: twoWeeks,
    views: ['phone-light', 'phone-dark', 'desktop-light', 'desktop-dark'],
  },
]

type View = `${'phone' | 'desktop'}-${'light' | 'dark'}`

async function report({ name, now, story, views }: (typeof STORIES)[number]): Promise<void> {
  const site = await openSite({ start: Date.parse(`${now}T10:00:00Z`) })
  await tell(site.objects, site.table, story)
  for (const view of views) {
    const { page, close } = await site.visitor({
      ...(view.startsWith('phone') ? PHONE : DESKTOP),
      colorScheme: view.endsWith('dark') ? 'dark' : 'light',
    })
    const isDrawn = async () => {
      await page.locator('main:not([aria-busy])').waitFor()
      // The words behind a share are asked for after the page is there, and plots are drawn last.
      await page.waitForLoadState('networkidle')
      await page.waitForTimeout(500)
    }
    await page.goto((await site.invite({ reader: 'team' })).url)
    await isDrawn()
    await takePicture(page, `report-${name}-${view}`)
    if (name === 'two-weeks' && view === 'desktop-light') {
      await page.setViewportSize({ width: 1060, height: 1380 })
      await isDrawn()
      await page.screenshot({ path: `${folder}/report.png` })
    }
    if (name === 'two-weeks' && (view === 'phone-dark' || view === 'desktop-light')) {
      await page.getByText('Card of the live model').click()
      await page.waitForURL(/\/report\/model\?job=/)
      await isDrawn()
      await takePicture(page, `model-card-${view}`)
    }
    await close()
  }
  await site.close()
}

/** The owner's view, before there is anything and with a week's work. */
async function owner(): Promise<void> {
  const site = await openSite()
  await ownersView(site, 'empty')
  for (const annotator of ['ana', 'ben']) await site.invite({ annotator })
  await putLabelled(site)
  await ownersView(site, 'all')
  await site.close()
}

async function ownersView(site: Site, what: string): Promise<void> {
  for (const [device, options] of DEVICES) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, close } = await site.visitor({ ...options, colorScheme })
      await page.goto((await site.invite({ owner: 'me' })).url)
      await page.getByRole('heading', { name: 'To decide' }).waitFor()
      await page.locator('.decide > *').first().waitFor()
      await takePicture(page, `owner-${what}-${device}-${colorScheme}`)
      await close()
    }
  }
}

async function desk(): Promise<void> {
  const site = await openSite()
  const { categories } = settings.parse(parse(readFileSync('bellwether.yml', 'utf8'))).labels
  await addBatch(site.table, {
    batch: '2026-11-22',
    deadline: '2026-11-22T21:00:00Z',
    categories,
    items: posts.map((text, i) => ({
      item: i.toString(16).padStart(16, '0'),
      source: shownText(text),
      breaks: lineBreaksOf(text),
      wanted: 9,
      most: 9,
    })),
    expiresAt: 4_000_000_000,
  })
  for (const [device, options] of DEVICES) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { url } = await site.invite({ annotator: ANNOTATORS[`${device}-${colorScheme}`] })
      const { page, close } = await site.visitor({ ...options, colorScheme })
      const shoot = async (what: string) => {
        const name = `${what}-${device}-${colorScheme}`
        if (what === 'post' || KEPT.includes(name)) await page.screenshot({ path: `${folder}/desk-${name}.png` })
      }
      await page.goto(url)
      await page.locator('#definitions[open]').waitFor()
      await shoot('definitions')
      await page.keyboard.press('Escape')
      for (let i = 0; i < 4; i++) {
        await page.waitForTimeout(400)
        await page.keyboard.press(String(1 + (i % 2)))
      }
      await page.waitForTimeout(400)
      await shoot('post')
      await page.keyboard.press('f')
      await shoot('flag')
      await page.keyboard.press('Escape')
      await page.keyboard.press('b')
      await shoot('back')
      await page.waitForTimeout(400)
      await page.context().setOffline(true)
      await page.keyboard.press('1')
      await page.getByText('kept here').waitFor()
      await shoot('offline')
      await page.context().setOffline(false)
      await page.goto(url.replace(/.....$/, 'aaaaa'))
      await page.getByRole('heading', { name: 'This link is not valid' }).waitFor()
      await shoot('forged')
      await close()
    }
  }
  await site.close()
}

void main()

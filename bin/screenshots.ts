// Retakes the pictures in docs/screenshots that no browser test takes (`SCREENSHOTS=1 npm run test:browser`): those of the
// desk, and the report in the README. `node bin/run.mjs bin/screenshots.ts`, with `desk` or `report` behind it only one.
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { addBatch } from '../shared/state/desk'
import { settings } from '../shared/settings'
import { lineBreaksOf, shownText } from '../shared/text'
import { DESKTOP, openSite, PHONE } from '../test/browser/site'
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
  const [only] = process.argv.slice(2)
  if (only === undefined || only === 'desk') await desk()
  if (only === undefined || only === 'report') await report()
}

const twoWeeks: Story = {
  from: '2026-11-09',
  days: 14,
  verdicts: ['provisional', 'rejected', 'promoted', 'rejected'],
  spentPosts: 1750,
  partial: { 'aws 2026-11-12': 0.6, 'azure 2026-11-18': 0.1 },
  missing: ['azure 2026-11-15'],
}

/** The report after two weeks, as the README shows it. */
async function report(): Promise<void> {
  const site = await openSite({ start: Date.parse('2026-11-23T10:00:00Z') })
  await tell(site.objects, site.table, twoWeeks)
  const { page } = await site.visitor({ viewport: { width: 1060, height: 1380 } })
  await page.goto((await site.invite({ reader: 'team' })).url)
  await page.locator('main:not([aria-busy])').waitFor()
  // The page requests the words behind a share after it has loaded, and draws plots last.
  await page.waitForLoadState('networkidle')
  await page.waitForTimeout(500)
  await page.screenshot({ path: `${folder}/report.png` })
  await site.close()
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

import { addBatch, readDeskBatch, readChunks } from '../shared/state/desk'
import { allSent, answerByKey, beLossy } from '../test/browser/keyboard'
import { openSite } from '../test/browser/site'
import { benchOptions } from './options'

const USAGE = `
node bin/run.mjs bench/desk-page.ts [--answers 500] [--every-ms 250]

Does the desk's page lose a key? Answers by keyboard in Chromium, on a connection where every fifth request fails and every fifth
response arrives twice. Takes about three minutes. Ends with 1 where an answer was lost or changed, or is out of order.

  --answers N     answers
  --every-ms N    time between two keys
`

const { values } = benchOptions(USAGE, {
  answers: { type: 'string', default: '500' },
  'every-ms': { type: 'string', default: '250' },
})
const ANSWERS = Number(values.answers)
const EVERY_MS = Number(values['every-ms'])
const BATCH = '2026-11-22'
const LABELS = ['technical', 'marketing'] as const

void main()

async function main(): Promise<void> {
  const site = await openSite()
  try {
    const textOf = (i: number) => `Post number ${i + 1} of the benchmark #aws`
    const itemOf = (i: number) => i.toString(16).padStart(16, '0')
    await addBatch(site.table, {
      batch: BATCH,
      deadline: '2026-11-22T21:00:00Z',
      categories: LABELS.map((name) => ({ name, definition: name, examples: [] })),
      items: Array.from({ length: ANSWERS }, (_, i) => ({ item: itemOf(i), source: textOf(i), wanted: 1, most: 1 })),
      expiresAt: 4_000_000_000,
    })
    const { page } = await site.visitor()
    await page.goto((await site.invite({ annotator: 'ana' })).url)
    await page.locator('#definitions[open]').waitFor()
    await page.keyboard.press('Escape')
    await beLossy(page)

    const began = performance.now()
    const pressed = await answerByKey(page, { count: ANSWERS, everyMs: EVERY_MS, labels: LABELS })
    const seconds = (performance.now() - began) / 1000
    await allSent(page, 300_000)

    const row = await readDeskBatch(site.table, BATCH)
    const kept = row ? (await readChunks(site.table, row)).flatMap((chunk) => [...chunk.items]) : []
    const answers = new Map(
      kept.map(([item, { answers: given }], i) => [item === itemOf(i) ? textOf(i) : item, given.ana]),
    )
    const found = pressed.map(({ text, label }) => {
      const answer = answers.get(text)
      const isKept = answer && 'label' in answer.given && answer.given.label === label
      return { isKept, at: answer?.at ?? '', revision: answer?.revision }
    })
    const lost = found.filter(({ at }) => at === '').length
    const changed = found.filter(({ isKept, at, revision }) => at !== '' && (!isKept || revision !== 1)).length
    const unordered = found.filter(({ at }, i) => i > 0 && at < (found[i - 1]?.at ?? '')).length
    const repeated = pressed.length - new Set(pressed.map(({ text }) => text)).size
    console.log(
      `${pressed.length} keys in ${seconds.toFixed(0)} s (${((1000 * seconds) / ANSWERS).toFixed(0)} ms each): ` +
        `${lost} lost, ${changed} changed, ${unordered} out of order, ${repeated} for a post that was answered`,
    )
    if (lost + changed + unordered + repeated > 0) process.exitCode = 1
  } finally {
    await site.close()
  }
}

import { readFileSync } from 'node:fs'
import { addBatch } from '../../shared/state/desk'
import { claimBatch, markStarted } from '../../shared/state/open-batches'
import { type StoredPlan, toJsonLines } from '../../services/labeling/plan'
import { claimForLabelling } from '../../shared/state/cascade-claims'
import { book } from '../../shared/state/ledger'
import { keys } from '../../shared/keys'
import type { LeftOver, SettledLine } from '../../shared/records'
import { cascadeId } from '../../shared/text/cascade'
import { aSettledLine, CATEGORIES, categoriesOf } from '../given'
import { cardExample, championExample } from '../shared/card'
import { qualityExample } from '../shared/quality'
import { exampleIndex, exampleReport } from '../shared/reports'
import type { Site } from './site'

export const SETTLED = '2026-11-21'
export const OPEN = '2026-11-22'
export const LABELS = CATEGORIES
const DEADLINE = '2026-11-23T06:00:00.000Z'

export const SURE = 'Cold starts fell from 900 to 210 ms after we moved the SDK client out of the handler #aws'
export const TORN = 'How we cut our bill by half with spot capacity. Talk at 3 pm, free seats! #aws'
export const POISON = '<img src=x onerror="document.title=1"> <script>document.title=2</script> big news #aws'

export const PERSONAL = 'Call me at 555 0100, Jane <b>Doe</b> #aws'

/** Fills a site with a week of labelling: a settled batch with disputes, models, reports, and an open batch. */
export async function putLabelled({ table, objects, cloud }: Site): Promise<void> {
  const lines = [
    lineOf(SURE, 'technical', ['technical', 'technical']),
    lineOf(TORN, 'technical', ['technical', 'marketing']),
    ...samples(12).map((text, i) => lineOf(text, LABELS[i % 2]!, [LABELS[i % 2]!])),
  ]
  await objects.put(
    keys.quality({ batch: SETTLED }),
    JSON.stringify({ ...qualityExample, batch: SETTLED, date: SETTLED }),
  )
  await objects.put(keys.settledRefused({ batch: SETTLED }), toJsonLines([disputed(POISON), flaggedAs(PERSONAL)]))
  await objects.put(keys.settledManifest({ batch: SETTLED }), toJsonLines(lines))
  const dataset = { ...cardExample.dataset, manifests: [keys.settledManifest({ batch: SETTLED })] }
  await objects.put(keys.card({ job: cardExample.job }), JSON.stringify({ ...cardExample, dataset }))
  await objects.put(keys.champion({}), JSON.stringify({ ...championExample, job: cardExample.job }))
  await objects.put(
    keys.reportIndex({}),
    JSON.stringify(exampleIndex([exampleReport({ date: SETTLED, model: cardExample.job })])),
  )
  await openBatch({ table, objects, cloud }, samples(20).slice(12))
  await book(table, { kind: 'judgements', perDay: 200, perMonth: 6000 }, OPEN, `batch ${OPEN}`, 12)
  await cloud.idle()
}

async function openBatch({ table, objects }: Pick<Site, 'table' | 'objects' | 'cloud'>, texts: readonly string[]) {
  const claim = {
    batch: OPEN,
    date: OPEN,
    claimedAt: '2026-11-22T10:00:00.000Z',
    deadline: DEADLINE,
    runs: [],
    carried: [],
    waiting: [],
  }
  const items = texts
    .map((source) => ({ source, ...planned(source, 'training'), judgements: 1 }))
    .sort((a, b) => (a.item < b.item ? -1 : 1))
  const plan: StoredPlan = {
    ...claim,
    labeller: 'desk',
    job: `bellwether-dev-${OPEN}`,
    schemaVersion: 1,
    categories: LABELS,
    cascades: items.length,
    judgements: items.length,
    costUsd: 0,
    booked: { judgements: 12, usd: 0 },
    reached: null,
    before: 0,
    items: items.map(({ source }) => ({ ...planned(source, 'training'), judgements: 1 })),
    draws: [],
  }
  await claimBatch(table, claim)
  await objects.put(
    keys.inputManifest({ batch: OPEN }),
    toJsonLines(items.map(({ source, item, post }) => ({ source, item, 'post-id': post }))),
  )
  await objects.put(keys.plan({ batch: OPEN }), JSON.stringify(plan))
  for (const { item } of items) await claimForLabelling(table, item, 'training', OPEN)
  await addBatch(table, {
    batch: OPEN,
    deadline: DEADLINE,
    categories: categoriesOf(),
    items: items.map(({ item, source }) => ({ item, source, wanted: 1, most: 1 })),
    expiresAt: 4_000_000_000,
  })
  await markStarted(table, OPEN)
}

const samples = (count: number): string[] =>
  readFileSync('samples/posts/sample.jsonl', 'utf8')
    .split('\n')
    .slice(0, count)
    .map((line) => String(JSON.parse(line).text))

const planned = (text: string, role: 'training' | 'evaluation') => ({
  item: cascadeId(text),
  post: cascadeId(text),
  role,
  hashtags: ['aws'],
  date: SETTLED,
  size: 1,
  inclusionProbability: role === 'evaluation' ? 0.5 : null,
  judgements: 2,
  purpose: 'label' as const,
})

function lineOf(source: string, label: string, said: readonly string[]): SettledLine {
  const { item, post, date, size } = planned(source, 'training')
  return aSettledLine(item, label, {
    source,
    'post-id': post,
    date,
    size,
    metadata: {
      confidence: 0.5,
      'creation-date': '2026-11-22T09:00:00.000',
      judgements: said.map((one, i) => ({ annotator: ['ana', 'ben'][i]!, label: one })),
    },
  })
}

const flaggedAs = (source: string): LeftOver => ({
  ...disputed(source),
  reason: 'flagged',
  judgements: [{ annotator: 'ana', said: { flag: 'personal' }, at: '2026-11-22T08:00:00Z' }],
})

const disputed = (source: string): LeftOver => ({
  item: cascadeId(source),
  reason: 'disputed',
  found: '',
  again: false,
  plan: planned(source, 'evaluation'),
  source,
  judgements: [
    { annotator: 'ana', said: { label: 'technical' }, at: '2026-11-22T08:00:00Z' },
    { annotator: 'ben', said: { label: 'marketing' }, at: '2026-11-22T09:00:00Z' },
    { annotator: 'cho', said: { flag: 'unreadable' }, at: '2026-11-22T09:30:00Z' },
  ],
})

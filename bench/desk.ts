import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { z } from 'zod'
import { type Cloud, createCloud } from '../local/cloud'
import { ROOT } from '../local/root'
import { judgementsOf } from '../shared/state/desk-item'
import { addBatch, readDeskBatch, readChunks } from '../shared/state/desk'
import { mulberry32 } from '../shared/statistics/random'
import { dynamoTable, type Table } from '../shared/table'
import { cascadeId } from '../shared/text/cascade'
import { benchOptions } from './options'

const USAGE = `
node bin/run.mjs bench/desk.ts [--items 5000] [--annotators 20] [--judgements 2] [--think-ms 2000] [--store-ms 30]

Can the label desk serve many people at once? Annotators answer over HTTP as the page does, with a delay on every call of the
store. Ends with 1 where an answer was lost or counted twice, where an answer's round trip is 300 ms or more at p95, or where
a request listed anything.

  --items N       items of the batch
  --annotators N  people who answer at the same time
  --judgements N  judgements for each item
  --think-ms N    how long a person looks at a post
  --store-ms N    delay of each call of the store
`

const { values } = benchOptions(USAGE, {
  items: { type: 'string', default: '5000' },
  annotators: { type: 'string', default: '20' },
  judgements: { type: 'string', default: '2' },
  'think-ms': { type: 'string', default: '2000' },
  'store-ms': { type: 'string', default: '30' },
})
const ITEMS = Number(values.items)
const ANNOTATORS = Number(values.annotators)
const WANTED = Number(values.judgements)
/** How long an annotator looks at a post. It keeps the load below the API's throttle. */
const THINK_MS = Number(values['think-ms'])
const STORE_MS = Number(values['store-ms'])

const BATCH = '2026-11-22'
const LABELS = ['technical', 'marketing']
const CHANGED_SHARE = 0.05
const RESENT_SHARE = 0.05
const AHEAD = 20
const FETCH_BELOW = 10
const LOOK_AGAIN_MS = 5000

interface Given {
  label: string
  revision: number
}

interface Outcome {
  /** The answers that count by the desk's responses: annotator → item → answer. */
  kept: Map<string, Map<string, Given>>
  answerMs: number[]
  fetchMs: number[]
  refused: Map<string, number>
  busy: number
}

void main()

async function main(): Promise<void> {
  const template = execFileSync(process.execPath, [path.join(ROOT, 'bin/package.mjs')], { encoding: 'utf8' }).trim()
  const dataDir = mkdtempSync(path.join(tmpdir(), 'bellwether-bench-desk-'))
  const cloud = await createCloud({
    packageDir: path.dirname(template),
    stackName: 'bellwether-dev',
    dataDir,
    start: Date.parse('2026-11-22T06:00:00Z'),
    workersOfFunction: Math.min(ANNOTATORS, 20),
  })
  try {
    const table = ownersTable(cloud)
    const ids = Array.from({ length: ITEMS }, (_, i) => cascadeId(`item ${i}`))
    await addBatch(table, {
      batch: BATCH,
      deadline: '2026-11-22T21:00:00Z',
      categories: LABELS.map((name) => ({ name, definition: name, examples: [] })),
      items: ids.map((item) => ({
        item,
        source: `A post of some length about ${item} #aws`,
        wanted: WANTED,
        most: WANTED,
      })),
      expiresAt: 4_000_000_000,
    })
    cloud.faults.fail({ service: 'dynamodb', functionName: '-desk', delayMs: STORE_MS, times: Infinity })
    const before = cloud.calls.length
    const outcome: Outcome = { kept: new Map(), answerMs: [], fetchMs: [], refused: new Map(), busy: 0 }
    const began = performance.now()
    const names = Array.from({ length: ANNOTATORS }, (_, i) => `annotator-${i}`)
    const cookies: [string, string][] = []
    for (const name of names) cookies.push([name, await enter(cloud, name)])
    await Promise.all(cookies.map(([name, cookie], i) => annotate(cloud, name, cookie, i, outcome)))
    const seconds = (performance.now() - began) / 1000

    const operations = new Map<string, number>()
    for (const { service, operation, functionName } of cloud.calls.slice(before)) {
      if (!functionName?.endsWith('-desk')) continue
      const name = `${service} ${operation}`
      operations.set(name, (operations.get(name) ?? 0) + 1)
    }
    const failures = await report(table, outcome, operations, seconds)
    for (const failure of failures) console.log(`FAILED: ${failure}`)
    if (failures.length > 0) process.exitCode = 1
  } finally {
    await cloud.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function report(
  table: Table,
  { kept, answerMs, fetchMs, refused, busy }: Outcome,
  operations: ReadonlyMap<string, number>,
  seconds: number,
): Promise<string[]> {
  const batch = await readDeskBatch(table, BATCH)
  const rows = new Map((batch ? await readChunks(table, batch) : []).flatMap(({ items }) => [...items]))
  const judgements = [...rows.values()].map((row) => judgementsOf(row))
  const stored = judgements.reduce((sum, list) => sum + list.length, 0)
  const told = [...kept.values()].reduce((sum, items) => sum + items.size, 0)
  const tooMany = judgements.filter((list) => list.length > WANTED).length
  const tooFew = judgements.filter((list) => list.length < WANTED).length
  const lost = [...kept].flatMap(([name, items]) =>
    [...items].filter(([item, given]) => {
      const answer = rows.get(item)?.answers[name]
      return (
        !answer ||
        !('label' in answer.given) ||
        answer.given.label !== given.label ||
        answer.revision !== given.revision
      )
    }),
  ).length
  const listed = [...operations.keys()].filter((name) => /Query|Scan|List/.test(name))
  const p95 = quantile(answerMs, 0.95)

  console.log(
    `${ITEMS} items of ${WANTED} judgements, ${ANNOTATORS} annotators, ${STORE_MS} ms added to each call of the store`,
  )
  console.log(
    `${told} answers kept in ${seconds.toFixed(0)} s (${(answerMs.length / seconds).toFixed(1)} requests with answers a second); ${stored} judgements stored`,
  )
  console.log(`answers lost or changed: ${lost}; items with too many judgements: ${tooMany}, with too few: ${tooFew}`)
  console.log(
    `answer, round trip: p50 ${quantile(answerMs, 0.5).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, p99 ${quantile(answerMs, 0.99).toFixed(0)} ms`,
  )
  console.log(
    `twenty posts ahead, round trip: p50 ${quantile(fetchMs, 0.5).toFixed(0)} ms, p95 ${quantile(fetchMs, 0.95).toFixed(0)} ms`,
  )
  console.log(
    `refused: ${[...refused].map(([reason, count]) => `${count} ${reason}`).join(', ') || 'none'}; busy (429 or 5xx), tried again: ${busy}`,
  )
  console.log(
    `calls of the desk: ${[...operations]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')}`,
  )
  console.log(`listings: ${listed.join(', ') || 'none'}`)
  return [
    ...(lost > 0 ? [`${lost} answers were lost`] : []),
    ...(tooMany > 0 || stored !== told
      ? [`${stored} judgements are stored of ${told} kept, ${tooMany} items have too many`]
      : []),
    ...(tooFew > 0 ? [`${tooFew} items were never asked to the end`] : []),
    ...(p95 >= 300 ? [`an answer takes ${p95.toFixed(0)} ms at p95`] : []),
    ...(listed.length > 0 ? [`the desk lists: ${listed.join(', ')}`] : []),
  ]
}

const handed = z.object({ items: z.array(z.object({ batch: z.string(), item: z.string() })) })
const receipt = z.object({ answers: z.array(z.object({ result: z.string(), reason: z.string().optional() })) })

/** Answer like the page: fetch posts ahead and send each answer by itself. A few answers are changed or sent twice. */
async function annotate(cloud: Cloud, name: string, cookie: string, seed: number, outcome: Outcome): Promise<void> {
  const chance = mulberry32(seed + 1)
  const kept = new Map<string, Given>()
  outcome.kept.set(name, kept)
  const ahead: string[] = []
  const seen = new Set<string>()
  let idle = 0

  const fetchAhead = async () => {
    const began = performance.now()
    const { items } = handed.parse(
      await send(cloud, cookie, 'GET', `/desk/batch/next?count=${AHEAD}&as=${name}`, undefined, outcome),
    )
    outcome.fetchMs.push(performance.now() - began)
    const fresh = items.filter(({ item }) => !seen.has(item))
    for (const { item } of fresh) {
      seen.add(item)
      ahead.push(item)
    }
    return fresh.length
  }
  const give = async (item: string, given: Given) => {
    const answers = [{ batch: BATCH, item, ...given }]
    const began = performance.now()
    const said = receipt.parse(await send(cloud, cookie, 'POST', `/desk/answers?as=${name}`, { answers }, outcome))
    outcome.answerMs.push(performance.now() - began)
    const { result, reason = '' } = said.answers[0] ?? { result: 'nothing' }
    if (result === 'kept') kept.set(item, given)
    else outcome.refused.set(reason, (outcome.refused.get(reason) ?? 0) + 1)
  }

  // Annotators start at different times.
  await pause(chance() * 5 * THINK_MS)
  let fetching: Promise<unknown> | undefined
  while (idle < 3) {
    const item = ahead.shift()
    if (item === undefined) {
      await fetching
      if (ahead.length > 0 || (await fetchAhead()) > 0) idle = 0
      else {
        idle += 1
        await pause(LOOK_AGAIN_MS * (0.5 + chance()))
      }
      continue
    }
    if (ahead.length < FETCH_BELOW && !fetching) fetching = fetchAhead().finally(() => (fetching = undefined))
    await pause(THINK_MS * (0.5 + chance()))
    const given = { label: LABELS[Math.floor(chance() * LABELS.length)] ?? '', revision: 1 }
    await give(item, given)
    if (chance() < RESENT_SHARE) await give(item, given)
    if (chance() < CHANGED_SHARE)
      await give(item, { label: LABELS[Math.floor(chance() * LABELS.length)] ?? '', revision: 2 })
  }
}

async function send(
  cloud: Cloud,
  cookie: string,
  method: string,
  route: string,
  body: unknown,
  outcome?: Outcome,
): Promise<unknown> {
  for (;;) {
    const response = await fetch(cloud.endpoint + route, {
      method,
      headers: { cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const json: unknown = await response.json()
    if (response.ok) return json
    if (response.status !== 429 && response.status < 500) throw new Error(`${method} ${route}: ${JSON.stringify(json)}`)
    if (outcome) outcome.busy += 1
    await pause(500)
  }
}

async function enter(cloud: Cloud, name: string): Promise<string> {
  const { payload } = await cloud.invoke('desk-invite', { annotator: name })
  const { url } = z.object({ url: z.string() }).parse(JSON.parse(payload))
  const response = await fetch(`${cloud.endpoint}/desk/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: new URL(url).hash.slice(1) }),
  })
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
}

function ownersTable(cloud: Cloud): Table {
  const name = cloud.stack.resources.find(({ logicalId }) => logicalId === 'Table')?.ref ?? ''
  const credentials = { accessKeyId: 'owner', secretAccessKey: 'owner' }
  return dynamoTable(new DynamoDBClient({ region: cloud.region, endpoint: cloud.endpoint, credentials }), name)
}

function quantile(list: readonly number[], q: number): number {
  const sorted = list.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0
}

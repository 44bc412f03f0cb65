import { Readable } from 'node:stream'
import { dayAfter } from '../shared/utc-day'
import { countRun } from '../services/analyzer/facts/count'
import { type CountedDay, countedDay, factsBytes, joined } from '../services/analyzer/facts/facts'
import { composeReport } from '../services/analyzer/reports/report'
import type { SampledRuns } from '../services/analyzer/facts/samples'
import { keys } from '../shared/keys'
import type { StandingLabel } from '../shared/labels'
import type { Objects } from '../shared/objects'
import { factsRecord, type ReportRecord } from '../shared/records'
import type { Parts } from '../shared/statistics/design'
import { judgementErrors } from '../shared/statistics/judgement-errors'
import { noCounts } from '../shared/statistics/pair-counts'
import { runOf } from './analyzer-world'

const LABELS = ['technical', 'marketing']
const LAST = { hashtag: 'aws', date: '2026-06-14' }
/** Labels of a day. */
const DRAWN = 60
/** Labels of the evaluation window. */
const WINDOW = 400
/** Posts of each of the six days before. Their messages nearly fill the list that a tally keeps one by one. */
const MOST_BEFORE = 220_000
/** Rows of a chunk. */
const CHUNK = 500

/** Posts that are counted for the report of a day with `posts` posts. */
export const postsOfWeek = (posts: number): number => posts + 6 * Math.min(posts, MOST_BEFORE)

/**
 * Count a day and the six before it from generated cascades with scores. Write the facts of each day, read all seven, and
 * report the day. The day has two runs that share a tenth of its posts; one post in ten is a near copy of another.
 * Calls back with the posts of each chunk.
 */
export async function reportWeek(posts: number, onPosts: (count: number) => void): Promise<ReportRecord> {
  const window = Array.from({ length: WINDOW }, (_, i) => ({
    item: `w${i}`,
    label: i % 2,
    scores: i % 2 ? [0.25 + (i % 5) / 25, 0.75 - (i % 5) / 25] : [0.85 - (i % 5) / 25, 0.15 + (i % 5) / 25],
  }))
  const files: { facts: string; stratum: SampledRuns }[] = []
  const design: [string, Parts][] = []
  const given = new Map<string, StandingLabel>()
  for (let place = 0; place < 7; place++) {
    const isLast = place === 6
    const date = dayAfter(LAST.date, place - 6)
    const of = isLast ? posts : Math.min(posts, MOST_BEFORE)
    const stretches = isLast
      ? [[0, Math.floor(of * 0.55)] as const, [Math.floor(of * 0.45), of] as const]
      : [[0, of] as const]
    const runs = stretches.map(([from, to], i) => runOf({ ...LAST, date, run: `run${i}` }, to - from))
    const drawn = new Set(Array.from({ length: DRAWN }, (_, i) => idOf(place, 10 * i)))
    for (const [i, item] of [...drawn].entries()) {
      given.set(item, labelOf(item, date, i))
      design.push([item, { evaluation: DRAWN / of, training: 0 }])
    }
    const stratum = { runs: new Set(runs.map((run) => keys.run(run))) }
    const objects = storeOf(place, stretches, onPosts)
    const isAsked = (item: string) => drawn.has(item)
    const seen = isLast ? new Set<string>() : undefined
    const counted: CountedDay['runs'][number][] = []
    for (const run of runs) {
      const one = await countRun(objects, run, { labels: LABELS, isAsked, seen })
      if (!one) throw new Error(`the cascades of ${run.run} are not whole`)
      for (const post of one.posts) seen?.add(post)
      counted.push(one.run)
    }
    const day = { ...LAST, date, labels: LABELS, runs: counted }
    const found = counted.reduce((sum, { tally }) => sum + tally.posts, 0)
    if (found !== of) throw new Error(`${found} posts are counted, of ${of}`)
    files.push({ facts: factsBytes(day), stratum })
  }
  const known = { labels: LABELS, given, design: new Map(design), flagged: new Set<string>() }
  const days = files.map(({ facts, stratum }) => ({ day: countedDay(factsRecord.parse(JSON.parse(facts))), stratum }))
  const week = days.map(({ day, stratum }) => joined(known, day, [stratum]))
  const errors = judgementErrors(noCounts(LABELS.length))
  const evidence = { hashtag: LAST.hashtag, labels: LABELS, window, errors, status: 'ok' as const }
  const labels = { version: 1, given }
  const scored = { model: 'bench', predictions: [] }
  return composeReport(LAST, scored, labels, days.at(-1)?.day.runs ?? [], week, evidence)
}

function storeOf(
  place: number,
  stretches: readonly (readonly [from: number, to: number])[],
  onPosts: (count: number) => void,
): Pick<Objects, 'stream'> {
  return {
    stream: async (key) => {
      const [from, to] = stretches[Number(keys.cascades.match(key)?.run.slice(3))]!
      return Readable.from(chunksOf(place, from, to, onPosts))
    },
  }
}

function* chunksOf(place: number, from: number, to: number, onPosts: (count: number) => void): Iterable<string> {
  yield 'post_id,cascade,scores:technical,scores:marketing\r\n'
  for (let first = from; first < to; first += CHUNK) {
    const end = Math.min(to, first + CHUNK)
    let rows = ''
    for (let i = first; i < end; i++) rows += rowOf(place, i)
    onPosts(end - first)
    yield rows
  }
}

const postOf = (place: number, i: number): string => `${2_060_000 + place}${String(i).padStart(12, '0')}`

function rowOf(place: number, i: number): string {
  const message = i % 10 === 9 ? i - 1 : i
  const score = (0.05 + ((message * 7) % 90) / 100).toFixed(4)
  return `${postOf(place, i)},${idOf(place, message)},${score},${(1 - Number(score)).toFixed(4)}\r\n`
}

/** A distinct message id for each post, uniform like a hash: the finaliser of MurmurHash3, which is a bijection. */
function idOf(place: number, i: number): string {
  let h = place * 100_000_000 + i
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  h = (h ^ (h >>> 16)) >>> 0
  return h.toString(16).padStart(8, '0').repeat(2)
}

const labelOf = (item: string, date: string, i: number): StandingLabel => ({
  item,
  label: LABELS[i % 2]!,
  role: 'evaluation',
  batch: date,
  at: `${date}T12:00:00.000Z`,
  confidence: 1,
  adjudicated: false,
  text: `text ${i}`,
  date,
  hashtags: [LAST.hashtag],
  size: 1,
  inclusionProbability: null,
  post: `post ${i}`,
  judgements: [],
  schemaVersion: 1,
  humanAnnotated: 'yes',
  job: 'labeling-job/bench',
  planned: { label: LABELS[i % 2]!, kind: 'consensus', batch: date },
})

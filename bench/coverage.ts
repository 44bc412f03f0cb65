import { parseArgs } from 'node:util'
import { answerOf, type DayFacts } from '../services/analyzer/shares'
import { addPost, emptyTally } from '../services/analyzer/tally'
import { nextFraction, seedRandom } from '../shared/fasttext/random'
import { assistanceOf } from '../shared/statistics/assistance'
import type { Scored } from '../shared/statistics/classifier-errors'
import { type Basis, differencePart, displayed, estimateOf } from '../shared/statistics/difference'
import {
  type Day,
  drawn,
  freeOnSecondDay,
  naiveSample,
  populations,
  sharesAt,
  simulateDay,
  simulateWindow,
  type World,
  worlds,
} from './coverage-world'

// Does the interval of a reported share hold the truth, and is the share nearer to it than a plain sample that costs the
// same? Days are made of real posts that a model of ours has scored; each message a post of the set, drawn again.
//
//   node bin/run.mjs bench/coverage.ts --data FOLDER [--days 2000] [--weeks 2000] [--only headline|tight] [--sets irony]
//
// FOLDER as in bench/quality-sets.ts. Every cell has a seed of its own: its number. `ratio` is the error beside that of a
// naive sample of as many labels, as if no message had been seen before this day; `paid`, with copies, beside one of as
// many labels as are paid for on a second day: of messages that live on, the labels are there.

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    days: { type: 'string', default: '2000' },
    weeks: { type: 'string', default: '2000' },
    only: { type: 'string', default: '' },
    sets: { type: 'string', default: '' },
  },
})
const DAYS = Number(options.days)
const WEEKS = Number(options.weeks)

const SHARES = [0.05, 0.1, 0.2, 0.4, 0.6, 0.75, 0.9]
const LABELS = [30, 100]
/** Labels of the window that says how the model errs, by the natural shares of the set. */
const WINDOW = 300
const TIGHT_SEED = 1000
/** What part of the measured class becomes a kind that the model misses. */
const MISSED = [0, 0.4, 0.6]
const DAILY_NOISE = 0.08

async function main(): Promise<void> {
  if (options.data === '') {
    console.error('usage: node bin/run.mjs bench/coverage.ts --data FOLDER')
    process.exitCode = 2
    return
  }
  const all = await worlds(options.data)
  for (const { name, classes, natural, of, accuracy } of all) {
    const shares = classes.map((label, c) => `${label} ${natural[c]!.toFixed(2)}`).join(', ')
    console.log(`${name}: ${shares}; the share of ${classes[of]}; accuracy of the model ${percent(accuracy)}`)
  }
  const some = all.filter(({ name }) => name.includes(options.sets))
  const isAsked = (part: string) => options.only === '' || options.only === part
  if (isAsked('headline')) headline(some)
  if (isAsked('tight')) tight(some)
}

interface Sums {
  covered: number
  error: number
  naive: number
  /** Of a naive sample of the labels that are paid for. */
  paid: number
  counting: number
  width: number
}

/** Every cell: how often the interval holds the truth, and the mean error beside that of others. */
function headline(all: readonly World[]): void {
  console.log(`\nheadline, ${DAYS} days a cell; error: mean distance from the truth, in points`)
  console.log(
    'set                   copies labels share | by posts: covers width  error  naive ratio  paid counting | by messages: covers  error ratio',
  )
  const paid = new Map(
    LABELS.map((labels) => [labels, Math.round(labels * (1 - freeOnSecondDay(options.data, labels)))]),
  )
  const cells: { world: World; copies: boolean; share: number; posts: Sums; messages: Sums }[] = []
  for (const world of all) {
    for (const copies of [false, true]) {
      for (const labels of LABELS) {
        for (const share of SHARES) {
          const { posts, messages } = playCell(
            world,
            share,
            { labels, paid: paid.get(labels)! },
            copies,
            cells.length + 1,
          )
          cells.push({ world, copies, share, posts, messages })
          console.log(
            `${world.name.padEnd(21)} ${copies ? ' 50 %' : '  0 %'} ${String(labels).padStart(6)}  ${share.toFixed(2)} |` +
              ` ${percent(posts.covered).padStart(16)} ${points(posts.width)} ${points(posts.error)} ${points(posts.naive)} ${ratioOf(posts).toFixed(2).padStart(5)} ${copies ? paidRatioOf(posts).toFixed(2).padStart(5) : '    –'} ${points(posts.counting).padStart(8)} |` +
              ` ${percent(messages.covered).padStart(19)} ${points(messages.error)} ${ratioOf(messages).toFixed(2).padStart(5)}`,
          )
        }
      }
    }
  }
  for (const basis of ['posts', 'messages'] as const) {
    const covers = cells.map((cell) => cell[basis].covered)
    console.log(
      `by ${basis}: covers ${percent(mean(covers))} on average, ${percent(Math.min(...covers))} in the worst cell, ${percent(Math.max(...covers))} in the best;` +
        ` wanted 93-98 % on average, no cell under 90 %`,
    )
  }
  const ratios = cells.map(({ posts }) => ratioOf(posts))
  console.log(`error beside the naive sample: at most ${Math.max(...ratios).toFixed(3)} anywhere; wanted 1.05`)
  for (const world of [undefined, ...all]) {
    const some = cells.filter((cell) => cell.copies && cell.share <= 0.6 && (!world || cell.world === world))
    for (const [said, ratio] of [['as many labels', ratioOf] as const, ['as many paid', paidRatioOf] as const]) {
      const own = some.map(({ posts }) => ratio(posts))
      console.log(
        `  with 50 % copies and shares from 0.05 to 0.6, ${said}, ${world?.name ?? 'all sets'}: ${mean(own).toFixed(2)} on average,` +
          ` ${Math.max(...own).toFixed(2)} in the worst cell, ${own.filter((one) => one > 0.7).length} of ${own.length} cells above 0.70`,
      )
    }
  }
  for (const [labels, left] of paid) {
    console.log(
      `  of ${labels} labels ${left} are paid on the second day of aws-tweets: the others are of messages of the first`,
    )
  }
}

const ratioOf = ({ error, naive }: Sums): number => error / naive
const paidRatioOf = ({ error, paid }: Sums): number => error / paid

function playCell(
  world: World,
  share: number,
  { labels, paid }: { labels: number; paid: number },
  copies: boolean,
  seed: number,
): Record<Basis, Sums> {
  const state = seedRandom(seed)
  const shares = sharesAt(world, share)
  const sums = { posts: nothing(), messages: nothing() }
  for (let i = 0; i < DAYS; i++) {
    const day = simulateDay(world, shares, copies, 0, state)
    const window = simulateWindow(world, WINDOW, state)
    const sample = drawn(day, labels, state)
    const naive = naiveSample(day, labels, state).map((label) => Number(label === world.of))
    const [naiveShare, paidShare] = [mean(naive), mean(naive.slice(0, paid))]
    const population = populations(day)
    const assistance = assistanceOf(window, population.messages.means)
    for (const basis of ['posts', 'messages'] as const) {
      const truth = truthOf(day, basis, world.of)
      const part = differencePart(sample, population[basis], basis, assistance)
      const one = displayed(estimateOf([part]).classes)[world.of]!
      const sum = sums[basis]
      sum.covered += Number(one.low <= truth && truth <= one.high) / DAYS
      sum.error += Math.abs(one.share - truth) / DAYS
      sum.naive += Math.abs(naiveShare - truth) / DAYS
      sum.paid += Math.abs(paidShare - truth) / DAYS
      sum.counting += Math.abs(countedOf(day, basis, world.of) - truth) / DAYS
      sum.width += (one.high - one.low) / DAYS
    }
  }
  return sums
}

/** Weeks of days whose share moves about the natural one, healthy and broken; what the product says on the last day. */
function tight(all: readonly World[]): void {
  console.log(`\ntight, ${WEEKS} weeks of 7 days a cell, 50 % copies; on the last day of the week`)
  console.log(
    'set                   labels missed | shown withheld no answer | covers width error | headline: covers width error',
  )
  for (const [place, world] of all.entries()) {
    for (const [i, labels] of LABELS.entries()) {
      let [shown, covered] = [0, 0]
      for (const [j, missed] of MISSED.entries()) {
        const seed = TIGHT_SEED + (place * LABELS.length + i) * MISSED.length + j
        const cell = playWeeks(world, labels, missed, seed)
        shown += cell.shown
        covered += cell.covered
        console.log(
          `${world.name.padEnd(21)} ${String(labels).padStart(6)} ${percent(missed).padStart(6)} |` +
            ` ${percent(cell.shown / WEEKS)} ${percent(cell.withheld / WEEKS).padStart(8)} ${percent(1 - (cell.shown + cell.withheld) / WEEKS).padStart(9)} |` +
            ` ${percent(cell.covered / cell.shown)} ${points(cell.width / cell.shown)} ${points(cell.error / cell.shown)} |` +
            ` ${percent(cell.headline.covered / WEEKS).padStart(16)} ${points(cell.headline.width / WEEKS)} ${points(cell.headline.error / WEEKS)}`,
        )
      }
      console.log(`${' '.repeat(37)} what is shown covers ${percent(covered / shown)} over all weeks; wanted 90 %`)
    }
  }
}

function playWeeks(world: World, labels: number, missed: number, seed: number) {
  const state = seedRandom(seed)
  const sums = { shown: 0, withheld: 0, covered: 0, width: 0, error: 0, headline: { covered: 0, width: 0, error: 0 } }
  for (let week = 0; week < WEEKS; week++) {
    const before = simulateWindow(world, WINDOW, state).map((one, i) => ({ ...one, item: `before ${i}` }))
    const labelled: (Scored & { item: string })[] = [...before]
    const facts: DayFacts[] = []
    let last: Day | undefined
    for (let i = 0; i < 7; i++) {
      const share = Math.min(0.95, Math.max(0.02, world.natural[world.of]! + DAILY_NOISE * normal(state)))
      last = simulateDay(world, sharesAt(world, share), true, missed, state)
      const tally = emptyTally(world.classes.length)
      // Messages are the day's own; the tally wants hexadecimal ids.
      const idOf = (id: string) => `${i}${Number(id).toString(16).padStart(15, '0')}`
      for (const { id, size, scores } of last.messages) {
        for (let copy = 0; copy < size; copy++) addPost(tally, idOf(id), scores)
      }
      const sample = drawn(last, labels, state).map((one) => ({ ...one, item: idOf(one.item) }))
      facts.push({
        date: `2026-06-0${i + 1}`,
        tally,
        drawn: [{ sample, sampled: new Set(sample.map(({ item }) => item)), flagged: new Set<string>(), tally }],
        collected: 1,
      })
      labelled.push(...sample.map(({ item, label, scores }) => ({ item, label: label!, scores })))
    }
    const evidence = { hashtag: world.name, labels: world.classes, window: labelled.slice(-WINDOW) }
    const about = { from: '2026-06-07', to: '2026-06-07', basis: 'posts' as const }
    const answer = answerOf(facts.slice(-1), facts, about, evidence)
    const truth = truthOf(last!, 'posts', world.of)
    add(sums.headline, answer.shares[world.of]!, truth)
    if (answer.tight.state === 'withheld') sums.withheld += 1
    if (answer.tight.state !== 'shown') continue
    sums.shown += 1
    add(sums, answer.tight.shares[world.of]!, truth)
  }
  return sums
}

function add(
  sums: { covered: number; width: number; error: number },
  { share, low, high }: { share: number; low: number; high: number },
  truth: number,
): void {
  sums.covered += Number(low <= truth && truth <= high)
  sums.width += high - low
  sums.error += Math.abs(share - truth)
}

function truthOf({ messages, posts }: Day, basis: Basis, of: number): number {
  const own = messages.filter(({ label }) => label === of)
  return basis === 'posts' ? own.reduce((sum, { size }) => sum + size, 0) / posts : own.length / messages.length
}

function countedOf({ messages, posts }: Day, basis: Basis, of: number): number {
  const own = messages.filter(({ scores }) => scores.indexOf(Math.max(...scores)) === of)
  return basis === 'posts' ? own.reduce((sum, { size }) => sum + size, 0) / posts : own.length / messages.length
}

const normal = (state: Uint32Array): number =>
  Math.sqrt(-2 * Math.log(1 - nextFraction(state))) * Math.cos(2 * Math.PI * nextFraction(state))
const nothing = (): Sums => ({ covered: 0, error: 0, naive: 0, paid: 0, counting: 0, width: 0 })
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const points = (share: number): string => (100 * share).toFixed(1).padStart(5)

void main()

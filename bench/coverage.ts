import { parseArgs } from 'node:util'
import { seedRandom } from '../shared/fasttext/random'
import { assistanceOf } from '../shared/statistics/assistance'
import { type Basis, differencePart, displayed, estimateOf } from '../shared/statistics/difference'
import {
  type Day,
  drawn,
  naiveSample,
  populations,
  sharesAt,
  simulateDay,
  simulateWindow,
  type World,
  worlds,
} from './coverage-world'

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    days: { type: 'string', default: '2000' },
  },
})

const SHARES = [0.05, 0.1, 0.2, 0.4, 0.6, 0.75, 0.9]
const LABELS = [30, 100]
const WINDOW = 300

interface Cell {
  set: string
  share: number
  labels: number
  copies: boolean
  cover: Record<Basis, number>
  ratio: Record<Basis, number>
  width: number
  counting: number
  naive: number
  error: number
  lambda: number
  bias: number
}

function main() {
  const all = worlds(options.data)
  for (const world of all)
    console.log(
      world.name,
      world.classes.join(' '),
      world.natural.map((x) => x.toFixed(2)).join(' '),
      'of',
      world.classes[world.of],
      'accuracy',
      world.accuracy.toFixed(3),
    )
  const cells: Cell[] = []
  let seed = 0
  for (const world of all)
    for (const copies of [false, true])
      for (const labels of LABELS)
        for (const share of SHARES) {
          const cell = play(world, share, labels, copies, ++seed)
          cells.push(cell)
          console.log(
            cell.set.padEnd(20),
            copies ? '50 %' : ' 0 %',
            String(labels).padStart(4),
            share.toFixed(2),
            'cover',
            pct(cell.cover.posts),
            pct(cell.cover.messages),
            'ratio',
            cell.ratio.posts.toFixed(2),
            cell.ratio.messages.toFixed(2),
            'error',
            cell.error.toFixed(3),
            'naive',
            cell.naive.toFixed(3),
            'counting',
            cell.counting.toFixed(3),
            'width',
            cell.width.toFixed(3),
            'lambda',
            cell.lambda.toFixed(2),
            'bias',
            cell.bias.toFixed(4),
          )
        }
  for (const basis of ['posts', 'messages'] as const) {
    const cover = cells.map((cell) => cell.cover[basis])
    console.log(
      basis,
      'cover mean',
      pct(cover.reduce((a, b) => a + b) / cover.length),
      'least',
      pct(Math.min(...cover)),
      'most',
      pct(Math.max(...cover)),
      'worst ratio',
      Math.max(...cells.map((cell) => cell.ratio[basis])).toFixed(3),
      'at 50 %, .05-.6',
      Math.max(...cells.filter((cell) => cell.copies && cell.share <= 0.6).map((cell) => cell.ratio[basis])).toFixed(3),
    )
  }
}

const pct = (x: number) => (100 * x).toFixed(1)

function play(world: World, share: number, labels: number, copies: boolean, seed: number): Cell {
  const state = seedRandom(seed)
  const days = Number(options.days)
  const shares = sharesAt(world, share)
  const sums = {
    cover: { posts: 0, messages: 0 },
    error: { posts: 0, messages: 0 },
    naive: { posts: 0, messages: 0 },
    width: 0,
    counting: 0,
    lambda: 0,
    bias: 0,
  }
  for (let i = 0; i < days; i++) {
    const day = simulateDay(world, shares, copies, 0, state)
    const window = simulateWindow(world, WINDOW, state)
    const sample = drawn(day, labels, state)
    const population = populations(day)
    const naive = naiveSample(day, labels, state)
    const assistance = assistanceOf(window, population.messages.means)
    for (const basis of ['posts', 'messages'] as const) {
      const truth = truthOf(day, basis, world.of)
      const estimated = estimateOf([differencePart(sample, population[basis], basis, assistance)])
      const one = displayed(estimated.classes)[world.of]!
      sums.cover[basis] += Number(one.low <= truth && truth <= one.high)
      sums.error[basis] += Math.abs(one.share - truth)
      sums.naive[basis] += Math.abs(naive.filter((label) => label === world.of).length / labels - truth)
      if (basis === 'posts') {
        sums.width += one.high - one.low
        sums.bias += one.share - truth
        sums.counting += Math.abs(
          day.messages.reduce((s, m) => s + (m.scores.indexOf(Math.max(...m.scores)) === world.of ? m.size : 0), 0) /
            day.posts -
            truth,
        )
      }
    }
    sums.lambda += assistance?.weights[world.of] ?? 0
  }
  return {
    set: world.name,
    share,
    labels,
    copies,
    cover: { posts: sums.cover.posts / days, messages: sums.cover.messages / days },
    ratio: { posts: sums.error.posts / sums.naive.posts, messages: sums.error.messages / sums.naive.messages },
    error: sums.error.posts / days,
    naive: sums.naive.posts / days,
    width: sums.width / days,
    counting: sums.counting / days,
    lambda: sums.lambda / days,
    bias: sums.bias / days,
  }
}

const truthOf = ({ messages, posts }: Day, basis: Basis, of: number) =>
  messages.reduce((s, m) => s + (m.label === of ? (basis === 'posts' ? m.size : 1) : 0), 0) /
  (basis === 'posts' ? posts : messages.length)

main()

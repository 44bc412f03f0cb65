import { assistanceOf } from '../shared/statistics/assistance'
import { differencePart, displayed, estimateOf } from '../shared/statistics/difference'
import { isUnreliable, judgementErrors } from '../shared/statistics/judgement-errors'
import { pairCounts } from '../shared/statistics/pair-counts'
import { wilson } from '../shared/statistics/wilson'
import { cells } from './coverage-cells'
import {
  type Cell,
  drawDay,
  type DrawnDay,
  type Message,
  populationOf,
  samplesOf,
  truthOf,
  worldOf,
} from './coverage-world'
import { benchOptions } from './options'

const USAGE = `
node bin/run.mjs bench/coverage.ts [--days 4000] [--only NAME] [--group factor|corner]

Does the interval of a reported share hold the truth? Simulates days with the messages, model and annotators of each cell, and
runs them through the product's own draw and estimate.

Every cell has its own seed, made from its name. Cells of weeks have a quarter as many. The output shows each coverage with its
binomial 95 % limits, and the part of the days that is withheld because labels are too unreliable.

  --days N        simulated days of each cell
  --only NAME     only the cells whose name contains NAME
  --group NAME    only the cells of this group
`

const { values: options } = benchOptions(USAGE, {
  days: { type: 'string', default: '4000' },
  only: { type: 'string', default: '' },
  group: { type: 'string', default: '' },
})
const DAYS = Number(options.days)

interface Sums {
  days: number
  withheld: number
  covered: number
  joint: number
  width: number
  square: number
  bias: number
  effective: number
  labels: number
}

function main(): void {
  console.log(
    `${DAYS} days a cell; coverage of the measured class with binomial 95 % limits; width, error and bias in points`,
  )
  console.log(`${'cell'.padEnd(58)} covers  [limits]      joint withheld  width   rmse   bias  labels count like`)
  const played: { cell: Cell; group: string; sums: Sums }[] = []
  for (const { group, ...cell } of cells) {
    if (!cell.name.includes(options.only) || !group.includes(options.group)) continue
    const sums = play(cell)
    played.push({ cell, group, sums })
    const told = sums.days - sums.withheld
    const { low, high } = wilson(sums.covered / told, told)
    console.log(
      `${cell.name.padEnd(58)} ${percent(sums.covered / told)} [${percent(low)}-${percent(high)}] ${percent(sums.joint / told)} ${percent(sums.withheld / sums.days)}` +
        `   ${points(sums.width / told)}  ${points(Math.sqrt(sums.square / told))}  ${points(sums.bias / told)}   ${(sums.labels / told).toFixed(0).padStart(4)} ${(sums.effective / told).toFixed(0).padStart(4)}`,
    )
  }
  summary(played)
  console.log(`${(process.cpuUsage().user / 1e6).toFixed(0)} s of one core`)
}

function play(cell: Cell): Sums {
  const { classes, basis } = cell
  const world = worldOf(cell, seedOf(cell.name))
  const sums: Sums = {
    days: 0,
    withheld: 0,
    covered: 0,
    joint: 0,
    width: 0,
    square: 0,
    bias: 0,
    effective: 0,
    labels: 0,
  }
  const runs = cell.days === 1 ? DAYS : Math.ceil(DAYS / 4)
  for (let run = 0; run < runs; run++) {
    sums.days += 1
    const errors = judgementErrors(pairCounts(classes, world.judged()))
    const days: DrawnDay[] = []
    for (let day = 0; day < cell.days; day++) {
      const before = days.at(-1)
      const messages = world.day(cell.share, before?.messages ?? [])
      days.push(drawDay(messages, cell, before?.drawn ?? new Map<string, 'evaluation'>()))
    }
    if (isUnreliable(errors)) {
      sums.withheld += 1
      continue
    }
    const window = world.window()
    const samples = samplesOf(days, world.label)
    const all = days.flatMap(({ messages }) => messages)
    const labels = sumOf(samples.map(({ sample }) => sample.length))
    const parts =
      basis === 'posts' || days.length === 1
        ? samples.map(({ sample, messages }) => partOf(sample, messages))
        : [partOf(distinct(samples.flatMap(({ sample }) => sample), ({ item }) => item), distinct(all, ({ id }) => id))] // prettier-ignore
    function partOf(sample: (typeof samples)[number]['sample'], messages: readonly Message[]) {
      const population = populationOf(messages, basis, classes)
      const assistance = assistanceOf(window, populationOf(messages, 'messages', classes).means, errors)
      return differencePart(
        sample,
        population,
        basis,
        assistance,
        errors,
        'truth',
        basis === 'posts' ? labels : sample.length,
      )
    }
    const truth = truthOf(basis === 'posts' ? all : distinct(all, ({ id }) => id), basis, classes)
    const estimated = estimateOf(parts)
    const [shown] = displayed(estimated.classes)
    const isHeld = (low: number, high: number, share: number) => low <= share + 1e-9 && share - 1e-9 <= high
    sums.covered += Number(isHeld(shown!.low, shown!.high, truth[0]!))
    sums.joint += Number(
      estimated.classes.every(({ jointLow, jointHigh }, k) => isHeld(jointLow, jointHigh, truth[k]!)),
    )
    sums.width += shown!.high - shown!.low
    sums.square += (shown!.share - truth[0]!) ** 2
    sums.bias += shown!.share - truth[0]!
    sums.effective += estimated.effective
    sums.labels += new Set(samples.flatMap(({ sample }) => sample.map(({ item }) => item))).size
  }
  return sums
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

const distinct = <T>(all: readonly T[], id: (one: T) => string): T[] => [
  ...new Map(all.map((one) => [id(one), one])).values(),
]

function summary(played: readonly { cell: Cell; group: string; sums: Sums }[]): void {
  const coverage = ({ sums }: { sums: Sums }) => sums.covered / (sums.days - sums.withheld)
  const upper = (one: { sums: Sums }) => wilson(coverage(one), one.sums.days - one.sums.withheld).high
  const kinds = {
    independent: played.filter(({ cell }) => !cell.mistakes.hard && cell.mistakes.rates[0] === cell.mistakes.rates[1]),
    asymmetric: played.filter(({ cell }) => cell.mistakes.rates[0] !== cell.mistakes.rates[1]),
    'hard posts': played.filter(({ cell }) => cell.mistakes.hard),
    'share 0': played.filter(({ cell }) => cell.share === 0),
  }
  for (const [kind, own] of Object.entries(kinds)) {
    if (own.length === 0) continue
    const worst = own.reduce((least, one) => (coverage(one) < coverage(least) ? one : least))
    const below = own.filter((one) => upper(one) < 0.9)
    console.log(
      `${kind}: ${own.length} cells, ${percent(own.reduce((sum, one) => sum + coverage(one), 0) / own.length)} on average,` +
        ` worst ${percent(coverage(worst))} (${worst.cell.name}); upper limit below 90 %: ${below.length === 0 ? 'none' : below.map(({ cell }) => cell.name).join('; ')};` +
        ` withheld at most ${percent(Math.max(...own.map(({ sums }) => sums.withheld / sums.days)))}`,
    )
  }
}

function seedOf(name: string): number {
  let seed = 7
  for (const letter of name) seed = (Math.imul(seed, 31) + letter.charCodeAt(0)) | 0
  return seed
}

const percent = (share: number): string => `${(100 * share).toFixed(1).padStart(5)} %`
const points = (share: number): string => (100 * share).toFixed(1).padStart(5)

main()

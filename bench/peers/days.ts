import { writeFileSync } from 'node:fs'
import { assistanceOf } from '../../shared/statistics/assistance'
import { differencePart, displayed, estimateOf, type Sampled } from '../../shared/statistics/difference'
import { judgementErrors } from '../../shared/statistics/judgement-errors'
import { pairCounts } from '../../shared/statistics/pair-counts'
import { type Cell, drawDay, populationOf, samplesOf, truthOf, worldOf } from '../coverage-world'
import { benchOptions } from '../options'

const USAGE = `
node bin/run.mjs bench/peers/days.ts DAYS.json [DAYS A CELL]

Writes simulated days of 240 messages with 30 labels, and this product's estimate for them, to DAYS.json. compare.py has peers
estimate the same days. Each label is that of one annotator; all annotators err equally often.
`

const POSTS = 240
const LABELS = 30

function main(): void {
  const [file, count = '1000'] = benchOptions(USAGE, {}, { positionals: true }).positionals
  if (file === undefined) {
    console.error('missing: DAYS.json, the file to write; --help says more')
    process.exitCode = 2
    return
  }
  const cells = [0, 0.05].flatMap((rate) =>
    [0.05, 0.2, 0.5].map((share) => ({ rate, share, days: daysOf(rate, share, Number(count)) })),
  )
  writeFileSync(file, JSON.stringify(cells))
}

function daysOf(rate: number, share: number, count: number) {
  const cell: Cell = {
    name: '',
    share,
    posts: POSTS,
    copies: false,
    classes: 2,
    mistakes: { rates: [rate, rate] },
    model: 'fair',
    labels: LABELS / 2,
    pairs: 300,
    days: 1,
    basis: 'posts',
  }
  const world = worldOf(cell, 1 + 1000 * share + 100_000 * rate)
  return Array.from({ length: count }, () => {
    const errors = judgementErrors(pairCounts(2, world.judged()))
    const messages = world.day(share, [])
    const said = new Map(messages.map((one) => [one.id, world.label(one, 'training')!]))
    const window = world.window()
    const population = populationOf(messages, 'posts', 2)
    const estimate = (sample: readonly Sampled[]) => {
      const part = differencePart(sample, population, 'posts', assistanceOf(window, population.means, errors), errors)
      const [shown] = displayed(estimateOf([part]).classes)
      return [shown!.share, shown!.low, shown!.high]
    }
    const sampleOf = (labels: number, only?: 'evaluation'): Sampled[] => {
      const drawn = drawDay(messages, { ...cell, labels }, new Map())
      if (only) {
        const own = messages.filter(({ id }) => drawn.drawn.get(id) === only)
        return own.map(({ id, scores }) => ({
          item: id,
          size: 1,
          inclusionProbability: labels / POSTS,
          label: said.get(id)!,
          judged: 'one',
          scores,
        }))
      }
      const samples = samplesOf([drawn], (one) => said.get(one.id)).flatMap(({ sample }) => sample)
      return samples.map((one) => ({ ...one, judged: 'one' }))
    }
    const plain = sampleOf(LABELS, 'evaluation')
    const isDrawn = new Set(plain.map(({ item }) => item))
    return {
      truth: truthOf(messages, 'posts', 2)[0]!,
      scores: messages.map(({ scores }) => Number(scores[0]!.toFixed(6))),
      labels: messages.map(({ id }) => Number(said.get(id) === 0)),
      drawn: messages.flatMap(({ id }, i) => (isDrawn.has(id) ? [i] : [])),
      ours: { 'ours, both draws': estimate(sampleOf(LABELS / 2)), 'ours, evaluation draw alone': estimate(plain) },
    }
  })
}

main()

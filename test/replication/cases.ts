import { writeFileSync } from 'node:fs'
import { assistanceOf } from '../../shared/statistics/assistance'
import { type Basis, differencePart, estimateOf, type Sampled } from '../../shared/statistics/difference'
import { judgementErrors } from '../../shared/statistics/judgement-errors'
import { pairCounts } from '../../shared/statistics/pair-counts'
import { mulberry32 } from '../../shared/statistics/random'
import { combinationOf, combinedScores } from '../../shared/statistics/second-predictor'

// Random cases of the estimate with its answers, for `replicate.py`, which recomputes them from docs/estimate.md.
//
//   node bin/run.mjs test/replication/cases.ts CASES.json

const CASES = 200

function main(): void {
  const [, , file] = process.argv
  if (file === undefined) {
    console.error('usage: node bin/run.mjs test/replication/cases.ts CASES.json')
    process.exitCode = 2
    return
  }
  const random = mulberry32(20_261_128)
  writeFileSync(file, JSON.stringify(Array.from({ length: CASES }, () => caseOf(random))))
}

function caseOf(random: () => number) {
  const below = (most: number) => Math.floor(random() * most)
  const classes = [2, 2, 2, 3, 4, 7, 12][below(7)]!
  const basis: Basis = random() < 0.5 ? 'posts' : 'messages'
  const truths = Array.from({ length: classes }, () => random() ** 2 + 0.02)
  const pick = () => {
    let left = random() * truths.reduce((sum, share) => sum + share, 0)
    for (const [k, share] of truths.entries()) {
      left -= share
      if (left < 0) return k
    }
    return classes - 1
  }
  const skill = 3 * random()
  const scoresOf = (truth: number) => {
    const powers = truths.map((share, k) => share * Math.exp(skill * (random() + Number(k === truth))))
    const total = powers.reduce((sum, power) => sum + power, 0)
    return powers.map((power) => power / total)
  }
  const rate = [0, 0.02, 0.05, 0.15][below(4)]!
  const say = (truth: number) => (random() < rate ? (truth + 1 + below(classes - 1)) % classes : truth)

  const items = Array.from({ length: below(2) * 400 }, () => {
    const truth = pick()
    const [first, second] = [say(truth), say(truth)]
    return first === second ? [first, second] : [first, second, say(truth)]
  })
  const errors = judgementErrors(pairCounts(classes, items))
  const hasSecond = random() < 0.5
  const [right, answering] = [random(), 0.5 + 0.5 * random()]
  const opinionOn = (truth: number) => {
    if (!hasSecond || random() > answering) return undefined
    return random() < right ? truth : below(classes)
  }
  const window = Array.from({ length: hasSecond ? 150 + below(200) : below(3) * 60 }, () => {
    const truth = pick()
    return { label: say(truth), scores: scoresOf(truth), opinion: opinionOn(truth) }
  })

  const messages = Array.from({ length: 8 + below(200) }, (_, i) => {
    const truth = pick()
    const size = random() < 0.8 ? 1 : Math.min(200, Math.floor(1 / (1 - random())))
    const judged: Sampled['judged'] = (['one', 'consensus', 'owner'] as const)[random() < 0.1 ? 2 : below(2)]!
    return { item: `m${i}`, size, truth, scores: scoresOf(truth), label: say(truth), judged, opinion: opinionOn(truth) }
  })
  const parts = Array.from({ length: 1 + below(4) }, () => {
    const own = messages.filter(() => random() < 0.7)
    const sample = own.flatMap(({ truth, ...one }): (Sampled & { opinion: number | undefined })[] => {
      const inclusionProbability = Math.min(1, (0.05 + random()) * Math.sqrt(one.size) * 0.6)
      if (truth < 0 || random() >= inclusionProbability) return []
      return [{ ...one, inclusionProbability }]
    })
    const count = ({ size }: { size: number }) => (basis === 'posts' ? size : 1)
    const total = own.reduce((sum, one) => sum + count(one), 0)
    const counted = own.map((one) => ({ count: count(one), scores: one.scores, opinion: one.opinion }))
    return { sample, total, messages: counted }
  }).filter(({ total }) => total > 0)

  let combined = 0
  const labels = parts.reduce((sum, { sample }) => sum + sample.length, 0)
  const estimated = estimateOf(
    parts.map(({ sample, total, messages }) => {
      const answers = messages.filter(({ opinion }) => opinion !== undefined).length
      const second = combinationOf(window, classes, answers / messages.length)
      if (second) combined += 1
      const scored = <T extends { scores: readonly number[]; opinion: number | undefined }>(one: T): T =>
        second ? { ...one, scores: combinedScores(one.scores, one.opinion, second.combination) } : one
      const all = messages.map(scored)
      const means = truths.map((_, k) => all.reduce((sum, one) => sum + one.count * one.scores[k]!, 0) / total)
      const assistance = assistanceOf(second?.window ?? window, means, errors)
      return differencePart(sample.map(scored), { total, means }, basis, assistance, errors, 'truth', labels)
    }),
  )
  return { classes, basis, errors, window, parts, estimated, combined }
}

main()

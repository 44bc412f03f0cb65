import type { Correction, Corrections, JudgedBy } from './corrections'
import { normalQuantile } from './normal'
import { wrongAtMost } from './poisson-binomial'
import { clamp, clip } from './numbers'

interface LabelOfSide {
  said: number
  judged: JudgedBy
  count: number
  weight: number
  /** By class: the label's contribution to the corrected total. */
  values: readonly number[]
  isDrawn: boolean
}

/** The input of the bounds of one class. */
interface Side {
  /** On the scale of the share; may lie outside [0, 1]. */
  estimate: number
  total: number
  /** Posts or messages that were not taken for certain, and how many of the others have the class. */
  uncertain: number
  certain: number
  /** The number of simple random draws with the sample's information about the uncertain. */
  draws: number
  /** Variance of the estimate by judgements and their error rate. */
  noise: number
  labels: readonly LabelOfSide[]
  corrections: Corrections
  class: number
  /** Probability that a bound excludes the truth, for each of the two bounds. */
  tail: number
}

/**
 * The bounds of the shares that the estimate does not contradict, with the variance of the draw
 * at that share (Wilson, JASA 1927) and that of the judgements. If few labels are expected to be wrong, the
 * judgements count by the quantile of the Poisson binomial. A bound excludes observed labels only as far as they may be wrong.
 */
export function intervalOf(side: Side): { low: number; high: number } {
  const middle = clip(side.estimate)
  if (side.uncertain === 0 && side.noise === 0) return { low: middle, high: middle }
  const z = normalQuantile(1 - side.tail)
  const doubted = doubtedOf(side)
  const scored = scoreInterval(side, z, noiseOf(side, z, doubted))
  const seen = boundsOfSeen(side, doubted, scored)
  return { low: Math.min(middle, clip(seen.low)), high: Math.max(middle, clip(seen.high)) }
}

/** A label and the probabilities that its true class is this one but it was labelled as another (`out`), and vice versa (`into`). */
interface Doubted {
  isOfClass: boolean
  isDrawn: boolean
  count: number
  weight: number
  /** The label's contribution to the corrected total. */
  value: number
  into: number
  out: number
}

function doubtedOf({ labels, corrections: { of }, class: k }: Side): Doubted[] {
  const chancesOf = ({ confusion }: Correction) => {
    const others = confusion.filter((_, truth) => truth !== k)
    const into = others.reduce((sum, row) => sum + row[k]!, 0) / Math.max(1, others.length)
    return { into, out: 1 - confusion[k]![k]! }
  }
  const chances = { one: chancesOf(of.one), consensus: chancesOf(of.consensus), owner: chancesOf(of.owner) }
  return labels.map(({ said, judged, count, weight, values, isDrawn }) => ({
    isOfClass: said === k,
    isDrawn,
    count,
    weight,
    value: values[k]!,
    ...chances[judged],
  }))
}

type Direction = 'into' | 'out'
type Counted = (label: Doubted) => number

/** The most that wrong labels add up to, in one direction. Any label may be one of them. */
function mostWrong(
  { corrections, tail }: Side,
  labels: readonly Doubted[],
  direction: Direction,
  counted: Counted,
): number {
  const fallible = labels.map((label) => ({ chance: label[direction], weight: counted(label) }))
  return wrongAtMost(fallible, corrections.ratios, tail)
}

const weightOf: Counted = ({ weight }) => weight
const countOf: Counted = ({ count }) => count
const one: Counted = () => 1

/** Below this many expected wrong labels their number is not close to normal. */
const FEW_WRONG = 5
/** That does not matter while the variance of the judgements is less than this many times that of the draw. */
const OUTWEIGHED = 4

/**
 * How far the judgements alone may have moved the share, down and up. Labels wrongly given the class belong to other
 * classes: most are among those labelled as other classes, and one of the rest may be the wrong one.
 */
function noiseOf(side: Side, z: number, labels: readonly Doubted[]): { low: number; high: number } {
  const normal = z * Math.sqrt(side.noise)
  // The effective number of wrong labels of equal weight: one label with a large weight makes it small.
  let [sum, squares] = [0, 0]
  for (const { isOfClass, into, out, weight } of labels) {
    const chance = isOfClass ? out : into
    sum += chance * weight
    squares += chance * weight * weight
  }
  const isNearNormal = sum * sum > FEW_WRONG * squares || side.noise < OUTWEIGHED * varianceOfDraw(side)
  if (sum === 0 || isNearNormal) return { low: normal, high: normal }
  const ofClass = labels.filter(({ isOfClass }) => isOfClass)
  const others = labels.filter(({ isOfClass }) => !isOfClass)
  const corrected = labels.reduce((sum, { value, isOfClass, weight }) => sum + value - (isOfClass ? weight : 0), 0)
  return {
    low: Math.max(
      normal,
      (mostWrong(side, [...others, ...largestOf(ofClass)], 'into', weightOf) + corrected) / side.total,
    ),
    high: Math.max(
      normal,
      (mostWrong(side, [...ofClass, ...largestOf(others)], 'out', weightOf) - corrected) / side.total,
    ),
  }
}

/** Of the share by the draw alone. */
function varianceOfDraw({ estimate, total, uncertain, certain, draws }: Side): number {
  if (uncertain === 0) return 0
  const share = clamp((estimate * total - certain) / uncertain, 0.02, 0.98)
  return ((uncertain / total) ** 2 * share * (1 - share)) / draws
}

const largestOf = (labels: readonly Doubted[]): Doubted[] =>
  labels.length === 0 ? [] : [labels.reduce((most, label) => (label.weight > most.weight ? label : most))]

/**
 * All shares s with (estimate − s)² at most z² times the variance at s: that of the equivalent simple random draws at the share
 * among the uncertain (zero outside [0, 1]), plus the noise everywhere.
 */
function scoreInterval(
  { estimate, total, uncertain, certain, draws }: Side,
  z: number,
  noise: { low: number; high: number },
): { low: number; high: number } {
  if (uncertain === 0) return { low: estimate - noise.low, high: estimate + noise.high }
  if (!(draws > 0)) return { low: certain / total - noise.low, high: (certain + uncertain) / total + noise.high }
  const share = (estimate * total - certain) / uncertain
  const scale = (p: number) => (certain + uncertain * p) / total
  const bound = (p: number, half: number, sign: 1 | -1) => {
    const noisy = (half * total) / uncertain
    // An estimate that even the noise cannot explain is moved to the edge of what it can.
    const near = Math.min(1 + noisy, Math.max(-noisy, p))
    if (sign === -1 ? near - noisy <= 0 : near + noisy >= 1) return scale(near + sign * noisy)
    const spread = draws === Number.POSITIVE_INFINITY ? 0 : (z * z) / draws
    const [a, b, c] = [1 + spread, near + spread / 2, near * near - noisy * noisy]
    return scale((b + sign * Math.sqrt(Math.max(0, b * b - a * c))) / a)
  }
  return { low: bound(share, noise.low, -1), high: bound(share, noise.high, 1) }
}

/** The bound by observed labels is used in addition to the other and adds to its misses, so it gets a part of the tail. */
const SURER = 0.1

/**
 * The interval including the observed labels: it reaches to zero if wrong labels explain all drawn labels of the class, and
 * to one if they explain all of the others. It excludes shares that contradict more labels than can be wrong.
 */
function boundsOfSeen(
  side: Side,
  labels: readonly Doubted[],
  scored: { low: number; high: number },
): { low: number; high: number } {
  const { total } = side
  const surer = { ...side, tail: side.tail * SURER }
  const drawn = labels.filter(({ isDrawn }) => isDrawn)
  const edge = (isOfClass: boolean, direction: Direction) => {
    const seen = labels.filter((label) => label.isOfClass === isOfClass)
    const count = seen.reduce((sum, label) => sum + label.count, 0)
    const number = drawn.filter((label) => label.isOfClass === isOfClass).length
    const explained = drawn.length > 0 && number <= mostWrong(side, drawn, direction, one)
    const score = isOfClass ? scored.low : 1 - scored.high
    // The quantile costs more than the rest: it is computed only if it decides.
    const decides = explained || count > score * total
    const least = decides ? Math.max(0, count - mostWrong(surer, labels, direction, countOf)) / total : 0
    return explained ? least : Math.max(score, least)
  }
  return { low: edge(true, 'into'), high: 1 - edge(false, 'out') }
}

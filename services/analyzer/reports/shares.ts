import type { AnswerRecord, LabelStatus, ShareRecord } from '../../../shared/records'
import { assistanceOf } from '../../../shared/statistics/assistance'
import { errorsOf, type Scored } from '../../../shared/statistics/classifier-errors'
import { disagreement, type Measured, tightOf } from '../../../shared/statistics/combine'
import type { Estimand } from '../../../shared/statistics/corrections'
import {
  type Basis,
  differencePart,
  displayed,
  estimateOf,
  type Estimated,
  type EstimatedShare,
  type MessageTerms,
  type EstimatePart,
  pointsOf,
  type Sampled,
  messageTermsOf,
} from '../../../shared/statistics/difference'
import { disagreementAt, type JudgementErrors } from '../../../shared/statistics/judgement-errors'
import { pacc, paccOfMany, paccOfTwo, type Quantified, whyNotEstimable } from '../../../shared/statistics/pacc'
import { Z95 } from '../../../shared/statistics/wilson'
import { zip } from '../../../shared/zip'
import { answeredShare, LEAST_SCORED, scoringOf, type SecondEvidence } from './second-predictor'
import {
  countedShares,
  covarianceOf,
  meansOf,
  mergedTallies,
  messagesOf,
  scoredShare,
  type Tally,
} from '../facts/tally'
import {
  type ShareSubject,
  effectiveInWords,
  judgementsInWords,
  noPosts,
  wholePercent,
  sayPart,
  shareInWords,
} from './words'
import { clip, sum } from '../../../shared/statistics/numbers'

/** The probability sample of some posts, and these posts. */
export interface DrawnSample {
  /** The messages with a label. */
  sample: readonly Sampled[]
  /** Ids of all drawn messages, and of those that annotators flagged because no category fits. */
  sampled: ReadonlySet<string>
  flagged: ReadonlySet<string>
  tally: Tally
}

/** The data of a UTC day of a hashtag. */
export interface DayFacts {
  date: string
  /** All posts of the day. */
  tally: Tally
  drawn: readonly DrawnSample[]
  /** The collected fraction of the existing posts. */
  collected: number
}

/** Days with one share together. */
export interface Stretch {
  days: readonly DayFacts[]
  all: Tally
  /** The collected fraction of the posts, and the fraction of these that samples were drawn from. */
  collected: number
  drawn: number
}

/** The data besides the days. */
export interface Evidence {
  hashtag: string
  /** Names of the labels, in their order. */
  labels: readonly string[]
  /** Labelled evaluation posts with their kept scores. */
  window: readonly (Scored & { item: string })[]
  /** By day, the same posts with the scores of the model that was live when the day was planned. */
  windows?: ReadonlyMap<string, Evidence['window']> | undefined
  /** Error rates of judgements. */
  errors: JudgementErrors
  status: LabelStatus
  /** The answers of a second predictor, if there is one. */
  second?: SecondEvidence | undefined
}

/** Fewer labels than this give no number. */
const LEAST_LABELS = 10
/** If a smaller fraction of the posts was collected, no share is meaningful. */
const LEAST_COLLECTED = 0.75
/** Half-width that `more` labels would give. */
const AIM = 0.1
/** Beyond this |z| the two estimates disagree. */
const MOST_Z = 2
/** Values of z that differ by less count as equal. */
const ROUNDING = 1e-9
/** How many of the seven days must have both estimates before they can be compared. */
const LEAST_DAYS = 5

export function stretchOver(days: readonly DayFacts[], classes: number): Stretch {
  const all = mergedTallies(
    days.map(({ tally }) => tally),
    classes,
  )
  const { posts } = all
  const there = sum(days.map(({ tally, collected }) => (collected > 0 ? tally.posts / collected : 0)))
  const drawn = sum(days.flatMap((day) => day.drawn.filter(hasLabels).map(({ tally }) => tally.posts)))
  return {
    days,
    all,
    collected: there > 0 ? posts / there : 1,
    drawn: posts > 0 ? Math.min(1, drawn / posts) : 1,
  }
}

/** The shares over some days, for the last of them; `week` has all seven days for the tight estimate. */
export function answerOverStretch(
  { days, all, collected, drawn }: Stretch,
  week: readonly DayFacts[],
  about: Omit<ShareSubject, 'hashtag'>,
  evidence: Evidence,
): AnswerRecord {
  const { basis } = about
  const { labels, hashtag } = evidence
  const parts = partsOf(days, basis, evidence)
  const items = itemsOf(days)
  const { labelled } = items
  const answer = unanswered(methodOf(parts, items, basis, all), items)
  if (all.posts === 0) return { ...answer, state: 'no-posts', words: noPosts({ hashtag, ...about }) }

  if (all.scored > 0) {
    answer.counting = named(
      labels,
      countedShares(all, basis).map((share) => ({ share })),
    )
  }
  const second = secondOf(all, basis, evidenceOn(evidence, days), collected)
  answer.pacc = second.record
  const more = (estimated?: Estimated) => Math.max(1, neededFrom(labelled, all, estimated) - labelled)
  const isExact = parts.length > 0 && parts.every(({ uncertain }) => uncertain === 0)
  if (labelled < LEAST_LABELS && !isExact) return tooFewLabels(answer, { hashtag, ...about }, more())
  if (collected < LEAST_COLLECTED) return tooLittleCollected(answer, { hashtag, ...about }, collected)

  const sure = collected * drawn
  if (evidence.status === 'unreliable') return unreliable(answer, days, { hashtag, ...about }, evidence, sure)

  const estimated = estimateOf(parts)
  const shares = sharesOf(estimated, labels, sure)
  const halfWidth = Math.max(...shares.map(({ low, high }) => (high - low) / 2))
  const weights = parts.flatMap(({ modelWeights }) => modelWeights)
  return {
    ...answer,
    shares,
    raw: named(labels, estimated.classes.map(measured)),
    effective: estimated.effective,
    ...(evidence.second && {
      secondPredictor: secondPredictorIn(parts, days, all, basis, evidence, evidence.second, sure),
    }),
    modelWeight: weights.length > 0 ? weights.reduce((sum, weight) => sum + weight, 0) / weights.length : 0,
    more: halfWidth > AIM ? more(estimated) : null,
    method: `${answer.method} ${effectiveInWords(labelled, estimated.effective, evidence.errors)}`,
    words: shareInWords({ hashtag, ...about }, shares, { sure, items, errors: evidence.errors }),
    tight:
      about.from === about.to
        ? tightFor(estimated, second.quantified, week, basis, evidence, sure)
        : {
            ...answer.tight,
            words: 'Of single days only: the labels of seven days are much of the evaluation window.',
          },
  }
}

/** The gain by the second predictor: the headline without its answers. */
function secondPredictorIn(
  parts: readonly NamedPart[],
  days: readonly DayFacts[],
  all: Tally,
  basis: Basis,
  evidence: Evidence,
  { answers }: SecondEvidence,
  sure: number,
): AnswerRecord['secondPredictor'] {
  const weight = sum(parts.map(({ secondWeight }) => secondWeight)) / Math.max(1, parts.length)
  const answered = answeredShare(all, basis, answers)
  if (weight === 0) return { weight, answered, without: null }
  const estimated = estimateOf(partsOf(days, basis, { ...evidence, second: undefined }))
  return {
    weight,
    answered,
    without: { shares: sharesOf(estimated, evidence.labels, sure), effective: estimated.effective },
  }
}

/** A result before anything is estimated. */
const unanswered = (method: string, { labelled, sampled, flagged }: Items): AnswerRecord => ({
  state: 'reported',
  words: '',
  method,
  labels: labelled,
  sampled,
  flagged,
  more: null,
  shares: [],
  judgements: null,
  effective: null,
  raw: [],
  modelWeight: 0,
  pacc: { state: 'not-estimable', words: 'There are no posts.', items: 0, shares: [], raw: [] },
  tight: { state: 'not-estimable', words: 'There are no posts.', z7: null, label: null, shares: [] },
  counting: [],
})

function tooFewLabels(answer: AnswerRecord, about: ShareSubject, more: number): AnswerRecord {
  const words = `Not enough labels yet ${sayPart(about)}: ${answer.labels} of the sample have one; about ${more} more would give ±10 points.`
  const tight = { ...answer.tight, words: 'It is shown beside a headline only.' }
  return { ...answer, state: 'not-enough-labels', more, words, tight }
}

function tooLittleCollected(answer: AnswerRecord, about: ShareSubject, collected: number): AnswerRecord {
  const words = `Withheld ${sayPart(about)}: only ${wholePercent(collected)} % of the posts were collected.`
  const pacc = { ...answer.pacc, state: 'withheld' as const, words, shares: [] }
  return { ...answer, state: 'withheld', words, pacc, tight: { ...answer.tight, state: 'withheld', words } }
}

/** The result when people are wrong too often for a share: the shares in one person's judgements. */
function unreliable(
  answer: AnswerRecord,
  days: readonly DayFacts[],
  about: ShareSubject,
  evidence: Evidence,
  sure: number,
): AnswerRecord {
  const { labels, errors } = evidence
  const shares = sharesOf(estimateOf(partsOf(days, about.basis, evidence, 'judgements')), labels, sure)
  const disagree = disagreeingIn(errors)
  const words = judgementsInWords(about, disagree, shares)
  const tight = { ...answer.tight, words: 'It is shown beside a headline only.' }
  return { ...answer, state: 'labels-unreliable', words, judgements: { disagree, shares }, counting: [], tight }
}

/** How often two people disagree about a post: as counted or, with hidden checks, as expected from their error rates. */
const disagreeingIn = ({ source, items, differing, rate, one }: JudgementErrors): number | null => {
  if (source === 'pairs') return items > 0 ? differing / items : null
  return source === 'gold' ? disagreementAt(one.length, rate.mean) : null
}

/** Numbers of distinct messages: in the samples, with a label, and flagged by annotators. */
interface Items {
  sampled: number
  labelled: number
  flagged: number
}

function itemsOf(days: readonly DayFacts[]): Items {
  const drawn = days.flatMap((day) => day.drawn)
  return {
    sampled: new Set(drawn.flatMap(({ sampled }) => [...sampled])).size,
    labelled: new Set(drawn.flatMap(({ sample }) => sample.map(({ item }) => item))).size,
    flagged: new Set(drawn.flatMap(({ flagged }) => [...flagged])).size,
  }
}

/** Each message's contribution to the error of the shares of some days, by posts. */
export const termsOfDays = (days: readonly DayFacts[], evidence: Evidence): MessageTerms =>
  messageTermsOf(partsOf(days, 'posts', evidence))

const hasLabels = ({ sample }: Pick<DrawnSample, 'sample'>): boolean => sample.length > 0

type Labelled = Pick<DrawnSample, 'sample' | 'tally'>

type NamedPart = EstimatePart & { modelWeights: readonly number[]; secondWeight: number }

/**
 * By posts each sample is a separate part. By messages they are one part, because a message that lives for days is one and has
 * one inclusion probability.
 */
function partsOf(
  days: readonly DayFacts[],
  basis: Basis,
  evidence: Evidence,
  estimand: Estimand = 'truth',
): NamedPart[] {
  const samples = days.flatMap((day) => {
    const known = evidenceOn(evidence, [day])
    return day.drawn.filter(hasLabels).map(({ sample, tally }) => ({ sample, tally, known }))
  })
  const drawn =
    basis === 'posts' || samples.length < 2
      ? samples
      : [{ ...union(samples, evidence.labels.length), known: evidenceOn(evidence, days) }]
  const labels = sum(drawn.map(({ sample }) => sample.length))
  return drawn.map(({ sample, tally, known }) => {
    const scoring = scoringOf({ sample, tally }, basis, known)
    const total = basis === 'posts' ? tally.posts : messagesOf(tally)
    const judgements = estimand === 'truth' ? evidence.errors : undefined
    const learnt = scoring.isKnown ? assistanceOf(scoring.window, scoring.means.messages, judgements) : undefined
    // A provider may change a language model overnight.
    const assistance = learnt && { ...learnt, mayChange: scoring.weight > 0 }
    const population = { total, means: scoring.means[basis] }
    const part = differencePart(scoring.sample, population, basis, assistance, evidence.errors, estimand, labels)
    return { ...part, modelWeights: assistance?.weights ?? [], secondWeight: assistance ? scoring.weight : 0 }
  })
}

/** The data besides some days: for one day, the window scored by the model of that day; for several, with the kept scores. */
function evidenceOn(evidence: Evidence, [day, ...others]: readonly DayFacts[]): Evidence {
  const window = day && others.length === 0 ? evidence.windows?.get(day.date) : undefined
  if (!window) return evidence
  const scores = new Map(window.map((one) => [one.item, one.scores]))
  const second = evidence.second && {
    ...evidence.second,
    window: evidence.second.window.map((one) => ({ ...one, scores: scores.get(one.item) ?? one.scores })),
  }
  return { ...evidence, window, second }
}

function union(samples: readonly Labelled[], classes: number): Labelled {
  const tally = mergedTallies(
    samples.map((one) => one.tally),
    classes,
  )
  const byItem = new Map(samples.flatMap(({ sample }) => sample.map((one) => [one.item, one] as const)))
  return { sample: [...byItem.values()], tally }
}

/** PACC knows nothing of posts without scores. */
const LEAST_SCORED_FOR_PACC = 0.9

function without(
  window: readonly (Scored & { item: string })[],
  sample: readonly Sampled[],
): (Scored & { item: string })[] {
  const own = new Set(sample.map(({ item }) => item))
  return window.filter(({ item }) => !own.has(item))
}

/** PACC on the window, and its description. */
function secondOf(tally: Tally, basis: Basis, { labels, window, status }: Evidence, collected: number) {
  if (tally.scored === 0) {
    const record = { state: 'no-model' as const, words: NO_MODEL, items: 0, shares: [], raw: [] }
    return { record, quantified: undefined }
  }
  const errors = errorsOf(window, labels.length)
  const why =
    status !== 'ok'
      ? `it rests on labels that are known to be right, and these are ${status}`
      : scoredShare(tally, basis) < LEAST_SCORED_FOR_PACC
        ? 'a part of the posts was first seen before a model was live'
        : whyNotEstimable(errors, labels)
  if (why) {
    const record = { state: 'not-estimable' as const, words: `It cannot be estimated: ${why}.`, items: window.length }
    return { record: { ...record, shares: [], raw: [] }, quantified: undefined }
  }
  const day = { means: meansOf(tally, basis), covariance: covarianceOf(tally, basis) }
  const quantified = labels.length === 2 ? paccOfTwo(errors, day) : paccOfMany(window, day, SEED)
  const shares = quantified.classes.map(({ estimate, low, high }) => widened({ share: estimate, low, high }, collected))
  const record = {
    state: 'reported' as const,
    words: `PACC: the scores of the model, corrected by how it scores the ${window.length} labels of the evaluation window. It holds while the model errs as it does there.`,
    items: window.length,
    shares: named(labels, shares),
    raw: named(labels, quantified.classes.map(measured)),
  }
  return { record, quantified }
}

const NO_MODEL = 'No model was live when these posts were first seen.'

/** Seed of the bootstrap, so that the same report has the same bytes. */
const SEED = 20_261_122

/** Headline and PACC combined, while they agree over seven days. */
function tightFor(
  headline: Estimated,
  quantified: Quantified | undefined,
  week: readonly DayFacts[],
  basis: Basis,
  evidence: Evidence,
  sure: number,
): AnswerRecord['tight'] {
  const { labels } = evidence
  if (!quantified) {
    return {
      state: 'not-estimable',
      words: 'There is no second estimate to combine with.',
      z7: null,
      label: null,
      shares: [],
    }
  }
  // The window has the same error on all days; its size is known from the day itself.
  const pairs = week.flatMap((day) => {
    if (itemsOf([day]).labelled < LEAST_LABELS || scoredShare(day.tally, basis) < LEAST_SCORED_FOR_PACC) return []
    const points = pointsOf(partsOf([day], basis, evidence))
    const own = day.drawn.flatMap(({ sample }) => sample)
    const errors = errorsOf(without(evidenceOn(evidence, [day]).window, own), labels.length)
    const shares = pacc(errors, meansOf(day.tally, basis))
    return [
      zip(points, zip(shares, quantified.classes)).map(([point, [estimate, { standardError }]]) => ({
        headline: point,
        pacc: { estimate, standardError },
      })),
    ]
  })
  if (pairs.length < LEAST_DAYS) {
    const words = `Whether both estimates agree shows after ${LEAST_DAYS} days with labels; there are ${pairs.length}.`
    return { state: 'not-estimable', words, z7: null, label: null, shares: [] }
  }
  // oxlint-disable-next-line typescript/no-non-null-assertion -- the pairs of a day are one for each label
  const apart = labels.map((label, k) => ({ label, ...disagreement(pairs.map((ofDay) => ofDay[k]!)) }))
  // With two labels both differences are equal: rounding must not decide which one is named.
  const worst = apart.reduce((most, one) => (Math.abs(one.z) > Math.abs(most.z) + ROUNDING ? one : most))
  const { label, z: z7 } = worst
  const said = `|z| ${Math.abs(z7).toFixed(1)} over ${pairs.length} days`
  if (Math.abs(z7) >= MOST_Z) {
    const words = `Withheld: the model, corrected for its known errors, disagrees with the labels about ${label} (${said}).`
    return { state: 'withheld', words, z7, label, shares: [] }
  }
  const combined = zip(apart, zip(headline.classes, quantified.classes)).map(([difference, [ofLabels, ofModel]]) => {
    const pair = { headline: measured(ofLabels), pacc: measured(ofModel) }
    const { estimate, standardError } = tightOf(pair, difference)
    return {
      estimate,
      standardError,
      low: clip(estimate - Z95 * standardError),
      high: clip(estimate + Z95 * standardError),
    }
  })
  const shares = displayed(combined).map((one) => widened(one, sure))
  return {
    state: 'shown',
    words: `Both estimates agree (${said}).`,
    z7,
    label,
    shares: named(labels, shares),
  }
}

/** The label that the two estimates disagree about most, if they disagree. */
export const disagreementIn = ({ tight: { z7, label } }: AnswerRecord): { label: string; z7: number } | undefined =>
  z7 !== null && label !== null && Math.abs(z7) >= MOST_Z ? { label, z7 } : undefined

/** Estimates as reported; for three labels and more with joint bounds. */
function sharesOf({ classes }: Estimated, labels: readonly string[], sure: number): ShareRecord[] {
  const jointly = ({ jointLow, jointHigh }: EstimatedShare, share: number) => {
    const { low, high } = widened({ share, low: jointLow, high: jointHigh }, sure)
    return { jointLow: low, jointHigh: high }
  }
  const shares = zip(displayed(classes), classes).map(([one, estimated]) => ({
    ...widened(one, sure),
    ...(classes.length > 2 && jointly(estimated, one.share)),
  }))
  return named(labels, shares)
}

/** Posts that were not collected may have any label: widens the interval accordingly. */
const widened = ({ share, low, high }: Pick<ShareRecord, 'share' | 'low' | 'high'>, known: number) => ({
  share,
  low: Math.min(share, low * known),
  high: Math.max(share, high * known + 1 - known),
})

/** How many labels would give the target half-width: the width falls with the square root of their number. */
function neededFrom(labels: number, tally: Tally, estimated: Estimated | undefined): number {
  if (labels < LEAST_LABELS || !estimated) {
    const needed = 0.25 * (Z95 / AIM) ** 2
    return Math.ceil(needed / (1 + needed / Math.max(1, messagesOf(tally))))
  }
  const half = Math.max(...estimated.classes.map(({ low, high }) => (high - low) / 2))
  return Math.ceil(labels * (half / AIM) ** 2)
}

function methodOf(parts: readonly NamedPart[], { labelled }: Items, basis: Basis, tally: Tally): string {
  const sample = `${labelled} labels of a random sample`
  if (parts.every(({ modelWeights }) => modelWeights.length === 0)) {
    const why =
      tally.scored === 0
        ? NO_MODEL
        : scoredShare(tally, basis) < LEAST_SCORED
          ? 'The model stays out: most of the posts were first seen before one was live.'
          : 'The model stays out: too few labels tell how it errs.'
    return `The ${sample}, weighted by how likely each message was to be drawn. ${why}`
  }
  const of = basis === 'posts' ? `${tally.posts} posts` : `${messagesOf(tally)} messages`
  const scores = parts.some(({ secondWeight }) => secondWeight > 0)
    ? scoredShare(tally, basis) < LEAST_SCORED
      ? 'the answers of a language model'
      : 'the scores of the model and the answers of a language model'
    : 'the scores of the model'
  return `Difference estimator: ${scores} for all ${of}, corrected by the ${sample}.`
}

const measured = ({ estimate, standardError }: Measured): Measured => ({ estimate, standardError })
/** Each with its label. */
const named = <T extends object>(labels: readonly string[], all: readonly T[]): ({ label: string } & T)[] =>
  zip(labels, all).map(([label, one]) => ({ label, ...one }))

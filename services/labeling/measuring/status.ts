import { ONE_ANNOTATOR, type QualityRecord } from '../../../shared/records'
import { isUnreliable, type JudgementErrors, mostReliableRate } from '../../../shared/statistics/judgement-errors'
import { wilson } from '../../../shared/statistics/wilson'
import { type Agreement, textOf } from './agreement'

/** How many items judged by two people, or hidden checks, measure the error rate well enough to act on it. */
export const MEASURED_FROM = 60

/** An annotator is compared with the others from this many shared items on. */
const SHARED_FROM = 10
/** And from this many hidden checks on. */
const CHECKED_FROM = 5

/**
 * How reliable the labels are, and why, in sentences that a person can act on. Labels are unreliable when the upper
 * limit of their error rate is too high to estimate a share. Alpha is not used, because it falls where a class is rare.
 * Reasons name nobody, because events and the report carry them; `about` tells the owner which annotator a reason
 * means.
 */
export function statusOf(agreement: Agreement): Pick<QualityRecord, 'status' | 'reasons' | 'about'> {
  const { status, reasons } = judged(agreement)
  return {
    status,
    reasons: reasons.map((reason) => (typeof reason === 'string' ? reason : `${ONE_ANNOTATOR} ${reason.words}`)),
    about: reasons.flatMap((reason, place) =>
      typeof reason === 'string' ? [] : [{ reason: place, annotator: reason.annotator }],
    ),
  }
}

/** A sentence, or a sentence about one annotator. */
type Reason = string | { annotator: string; words: string }

function judged(agreement: Agreement): { status: QualityRecord['status']; reasons: Reason[] } {
  const { alpha, errors } = agreement
  const failing = failingChecks(agreement)
  const isMeasured = (errors.source === 'pairs' || errors.source === 'gold') && errors.items >= MEASURED_FROM
  if (!isMeasured) {
    return Object.keys(agreement.annotators).length < 2
      ? { status: 'unmeasured', reasons: oneAnnotator(agreement) }
      : { status: 'unmeasured', reasons: [...tooFew(agreement), ...failing] }
  }
  if (errors.source === 'pairs' && alpha.value === null) {
    const reason = `two people gave the same single label to all ${alpha.items} items: that measures no agreement`
    return { status: 'unmeasured', reasons: [reason, ...failing] }
  }

  const { mean, high } = errors.rate
  const measured = `${seenOf(errors)}: about ${percent(mean)} of judgements are wrong, probably not more than ${percent(high)}`
  const limit = percent(mostReliableRate(errors.one.length))
  if (!isUnreliable(errors)) {
    return { status: 'ok', reasons: [`${measured}; shares are reported up to ${limit}`, ...failing] }
  }
  return {
    status: 'unreliable',
    reasons: [
      `${measured}; above ${limit} no share can be estimated`,
      ...confusion(agreement),
      ...apart(agreement, failing),
      ...failing,
      howManyMore(errors),
    ],
  }
}

const seenOf = ({ source, items, differing }: Pick<JudgementErrors, 'source' | 'items' | 'differing'>): string =>
  source === 'gold'
    ? `${differing} of ${items} hidden checks were missed`
    : `two people differ on ${differing} of ${items} items that both judged`

function oneAnnotator({ annotators, selfAgreement }: Agreement): string[] {
  const [only] = Object.values(annotators)
  if (!only) return ['no judgements yet']
  const { repeats, gold } = only
  return [
    `${ONE_ANNOTATOR} judged all: a second annotator on ${MEASURED_FROM} items would tell how far the labels can be relied on`,
    ...(selfAgreement === null
      ? []
      : [
          `self-agreement is measured instead: the annotator said the same of ${repeats.same} of ${repeats.items} items shown twice` +
            (selfAgreement.value === null ? '' : `, alpha ${inWords(selfAgreement)}`),
        ]),
    ...(gold.items === 0 ? [] : [`the annotator had ${gold.right} of ${gold.items} hidden checks right`]),
  ]
}

function tooFew({ errors: { source, items, differing } }: Agreement): string[] {
  // Hidden checks are the source only where two people judged hardly any item.
  const judged = source === 'gold' ? 0 : items
  const far = judged === 0 ? '' : ` and differ on ${differing}`
  const more = MEASURED_FROM - judged
  return [
    `two people judged ${judged} ${itemsOf(judged)}${far}; from ${MEASURED_FROM} on their error rate is measured: ${more} more ${itemsOf(more)}, ${2 * more} judgements`,
  ]
}

const itemsOf = (n: number): string => (n === 1 ? 'item' : 'items')

/** The labels that are confused most, and the definition that matters most for it. */
function confusion({ confused, pairs }: Agreement): string[] {
  const [most] = confused
  if (!most) return []
  const [a, b] = most.labels
  const sentence = `the labels confused most are ${a} and ${b}: in ${most.items} of ${most.of} items where one of two people said either, the other said the other`
  const rates = [...new Set(pairs.flat().map(({ said }) => textOf(said)))]
    .filter((label) => !label.startsWith('flag: '))
    .map((label) => {
      const said = pairs.filter((pair) => pair.some((one) => textOf(one.said) === label))
      return { label, said: said.length, alone: said.filter(([x, y]) => textOf(x.said) !== textOf(y.said)).length }
    })
    .filter(({ said }) => said >= SHARED_FROM)
    .sort((x, y) => y.alone / y.said - x.alone / x.said || (x.label < y.label ? -1 : 1))
  const [weakest] = rates
  if (!weakest) return [sentence]
  return [
    sentence,
    `sharpen the definition of ${weakest.label} first: of ${weakest.said} items that somebody called ${weakest.label}, the other judge did not in ${weakest.alone}; write what decides, with examples from these, and raise labels.version`,
  ]
}

/** Annotators who agree with the others clearly less than the others agree with each other. */
function apart({ pairs, annotators }: Agreement, failing: readonly Reason[]): Reason[] {
  const names = Object.keys(annotators)
  if (names.length === 2) {
    if (failing.length > 0) return []
    const third = 'a third on the same items would, or hidden checks of what you decide yourself'
    return [`there are two annotators, so nothing says which of them is right: ${third}`]
  }
  return names.flatMap((name) => {
    const own = pairs.filter((pair) => pair.some(({ annotator }) => annotator === name))
    const others = pairs.filter((pair) => pair.every(({ annotator }) => annotator !== name))
    if (own.length < SHARED_FROM || others.length < SHARED_FROM) return []
    const [mine, theirs] = [sameIn(own), sameIn(others)]
    const error = Math.sqrt((mine * (1 - mine)) / own.length + (theirs * (1 - theirs)) / others.length)
    if (theirs - mine <= 2 * error) return []
    const words = `stands apart: the same as the other judge in ${percent(mine)} of ${own.length} items, the others among each other in ${percent(theirs)} of ${others.length}; talk over the definitions with them`
    return [{ annotator: name, words }]
  })
}

/**
 * Annotators who certainly have fewer hidden checks right than the others, by Wilson's intervals. What the owner
 * decides is hard, so nobody has to reach a fixed share of right answers.
 */
function failingChecks({ annotators }: Agreement): Reason[] {
  const checks = Object.entries(annotators)
  return checks.flatMap(([name, { gold: own }]) => {
    const others = checks.filter(([other]) => other !== name).map(([, { gold }]) => gold)
    const [items, right] = [sumOf(others.map((gold) => gold.items)), sumOf(others.map((gold) => gold.right))]
    if (own.items < CHECKED_FROM || items < CHECKED_FROM) return []
    if (wilson(own.right / own.items, own.items).high >= wilson(right / items, items).low) return []
    const words = `had ${own.right} of ${own.items} hidden checks right, the others ${right} of ${items}: talk over the definitions with them`
    return [{ annotator: name, words }]
  })
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0)

const sameIn = (pairs: Agreement['pairs']): number =>
  pairs.filter(([a, b]) => textOf(a.said) === textOf(b.said)).length / pairs.length

/**
 * The limit approaches the rate with the square root of the items: how many more items until it is low enough, if the
 * rate stays the same.
 */
function howManyMore(errors: JudgementErrors): string {
  const { rate, items, source } = errors
  const room = mostReliableRate(errors.one.length) - rate.mean
  if (room < 0.01) return 'the error rate itself is too high: sharper definitions can lower it, more judgements cannot'
  const more = Math.max(1, Math.ceil(items * (((rate.high - rate.mean) / room) ** 2 - 1)))
  const what = source === 'gold' ? 'hidden checks' : `${itemsOf(more)} judged by two people, ${2 * more} judgements,`
  return `the error rate may be low enough: about ${more} more ${what} would tell`
}

const inWords = ({ value, low, high }: QualityRecord['alpha']): string =>
  value === null
    ? 'unknown'
    : `${value.toFixed(2)} (95 % interval ${low?.toFixed(2) ?? '?'} to ${high?.toFixed(2) ?? '?'})`

const percent = (share: number): string => `${Math.round(share * 100)} %`

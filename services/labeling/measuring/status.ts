import type { AlphaRecord, QualityRecord } from '../../../shared/records'
import { wilson } from '../../../shared/statistics/wilson'
import { type Agreement, textOf } from './agreement'

/** So many items must have been judged by two people before agreement says anything. */
export const MEASURED_FROM = 60

/** Below so much disagreement expected by chance, classes are so rare that alpha is low whatever people do. */
const RARE_BELOW = 0.2
const BALANCED_FROM = 0.8

/** An annotator is looked at from so many items on that others judged too. */
const SHARED_FROM = 10
/** And from so many hidden checks. */
const CHECKED_FROM = 5

/**
 * How far labels can be relied on, and why, in words that a person can act on: which labels are confused, which
 * definition to sharpen, who stands apart, how many more judgements would tell. `floor` is the least alpha.
 */
export function statusOf(agreement: Agreement, floor: number): Pick<QualityRecord, 'status' | 'reasons'> {
  const { alpha, pairs } = agreement
  const failing = failingChecks(agreement)
  if (Object.keys(agreement.annotators).length < 2) return { status: 'unmeasured', reasons: oneAnnotator(agreement) }
  if (alpha.items < MEASURED_FROM) return { status: 'unmeasured', reasons: [...tooFew(alpha), ...failing] }
  if (alpha.value === null) {
    const reason = `over ${alpha.items} items two people said the same one label each time, which tells nothing apart`
    return { status: 'unmeasured', reasons: [reason, ...failing] }
  }

  const measured = `over ${alpha.items} items that two people judged, alpha is ${inWords(alpha)}`
  if (alpha.value >= floor) {
    return {
      status: 'ok',
      reasons: [
        `${measured}; the floor is ${floor.toFixed(2)}`,
        ...failing,
        ...(isClear(alpha, floor) ? [] : [howManyMore(alpha, floor)]),
      ],
    }
  }
  const below = `${measured}, below the floor of ${floor.toFixed(2)}`
  const { balancedAccuracy } = agreement
  if (
    expectedDisagreement(pairs.flat().map(({ said }) => textOf(said))) < RARE_BELOW &&
    (balancedAccuracy ?? 0) >= BALANCED_FROM
  ) {
    const spared = `but one label is so rare that alpha is low by itself: each label is recognised ${percent(balancedAccuracy ?? 0)} of the time on average`
    return { status: 'ok', reasons: [below, spared, ...failing] }
  }
  return {
    status: 'unreliable',
    reasons: [below, ...confusion(agreement), ...apart(agreement, failing), ...failing, howManyMore(alpha, floor)],
  }
}

function oneAnnotator({ annotators, selfAgreement }: Agreement): string[] {
  const [name] = Object.keys(annotators)
  if (name === undefined) return ['nobody judged anything yet']
  const { repeats, gold } = annotators[name]!
  return [
    `${name} judged all: a second annotator on ${MEASURED_FROM} items would tell how far the labels can be relied on`,
    ...(selfAgreement === null
      ? []
      : [
          `in its place stands self-agreement: ${name} said the same of ${repeats.same} of ${repeats.items} items that came back` +
            (selfAgreement.value === null ? '' : `, alpha ${inWords(selfAgreement)}`),
        ]),
    ...(gold.items === 0 ? [] : [`${name} had ${gold.right} of ${gold.items} hidden checks right`]),
  ]
}

function tooFew(alpha: AlphaRecord): string[] {
  const more = MEASURED_FROM - alpha.items
  return [
    `two people judged ${alpha.items} ${itemsOf(alpha.items)}${alpha.value === null ? '' : `, alpha ${inWords(alpha)}`}; from ${MEASURED_FROM} on agreement is measured: ${more} more ${itemsOf(more)}, ${2 * more} judgements`,
  ]
}

const itemsOf = (n: number): string => (n === 1 ? 'item' : 'items')

/** The labels that are confused most, and which definition that says most of. */
function confusion({ confused, pairs }: Agreement): string[] {
  const [most] = confused
  if (!most) return []
  const [a, b] = most.labels
  const sentence = `${a} and ${b} are confused most: in ${most.items} of ${most.of} items where one of two people said either, the other said the other`
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

/** Who agrees with the others clearly less than the others with each other. */
function apart({ pairs, annotators }: Agreement, failing: readonly string[]): string[] {
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
    return [
      `${name} stands apart: the same as the other judge in ${percent(mine)} of ${own.length} items, the others among each other in ${percent(theirs)} of ${others.length}; talk over the definitions with ${name}`,
    ]
  })
}

/**
 * Who has surely fewer hidden checks right than the others, by Wilson's intervals. What the owner decides is hard, so
 * nobody is held against a fixed share of them.
 */
function failingChecks({ annotators }: Agreement): string[] {
  const names = Object.keys(annotators)
  return names.flatMap((name) => {
    const own = annotators[name]!.gold
    const others = names.filter((other) => other !== name).map((other) => annotators[other]!.gold)
    const [items, right] = [sumOf(others.map((gold) => gold.items)), sumOf(others.map((gold) => gold.right))]
    if (own.items < CHECKED_FROM || items < CHECKED_FROM) return []
    if (wilson(own.right / own.items, own.items).high >= wilson(right / items, items).low) return []
    return [
      `${name} had ${own.right} of ${own.items} hidden checks right, the others ${right} of ${items}: talk over the definitions with ${name}`,
    ]
  })
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0)

const sameIn = (pairs: Agreement['pairs']): number =>
  pairs.filter(([a, b]) => textOf(a.said) === textOf(b.said)).length / pairs.length

const isClear = ({ low, high }: AlphaRecord, floor: number): boolean => (low ?? -1) >= floor || (high ?? 1) < floor

/** An interval narrows with the square root of the items: so many until it leaves the floor out, if alpha stays as it is. */
function howManyMore(alpha: AlphaRecord, floor: number): string {
  const { value, low, high, items } = alpha
  if (value === null || low === null || high === null) return 'more items that two people judge would tell'
  if (high < floor)
    return 'the whole interval is below the floor: more judgements under the same definitions would not change that'
  const distance = Math.max(Math.abs(value - floor), 0.02)
  const more = Math.max(1, Math.ceil(items * (((high - low) / 2 / distance) ** 2 - 1)))
  return `the interval reaches over the floor: about ${more} more ${itemsOf(more)} judged by two people, ${2 * more} judgements, would tell`
}

/** How often two answers would differ by chance: 0 where all are the same. */
function expectedDisagreement(answers: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const one of answers) counts.set(one, (counts.get(one) ?? 0) + 1)
  return 1 - [...counts.values()].reduce((sum, count) => sum + (count / answers.length) ** 2, 0)
}

const inWords = ({ value, low, high }: AlphaRecord): string =>
  value === null
    ? 'unknown'
    : `${value.toFixed(2)} (95 % interval ${low?.toFixed(2) ?? '?'} to ${high?.toFixed(2) ?? '?'})`

const percent = (share: number): string => `${Math.round(share * 100)} %`

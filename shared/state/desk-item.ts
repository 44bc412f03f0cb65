import { majorityVote } from '../statistics/majority'

/** Why an item cannot have a label. */
export const FLAGS = ['other-language', 'unreadable', 'personal', 'none-of-these'] as const
export type Flag = (typeof FLAGS)[number]

/** What an annotator gives for an item. A skip is no judgement: somebody else is asked. */
export type Given = { label: string } | { flag: Flag } | { skip: true }

export interface Answer {
  given: Given
  /** Counted by who answers; of two answers to an item, the higher one stands. */
  revision: number
  /** ISO 8601. */
  at: string
}

/** What an item is asked and was answered. One row of the table, so that each change of it is whole. */
export interface Asked {
  wanted: number
  /** With the judgement more that a tie asks for. */
  most: number
  /** Until when an annotator has the item on the screen; milliseconds. One that ran out stays, as a trace. */
  claims: Record<string, number>
  answers: Record<string, Answer>
  /** Who judged it in an earlier batch: it is somebody else's. */
  before?: readonly string[]
  closed: boolean
}

export type Refusal = 'closed' | 'not-asked' | 'enough' | 'older'

/** Let an annotator have the item until a time, or nothing where it is not theirs to have. */
export function claim(asked: Asked, annotator: string, nowMs: number, untilMs: number): Asked | undefined {
  if (asked.closed || isDone(asked, annotator) || !hasRoom(asked, annotator, nowMs)) return undefined
  return { ...asked, claims: { ...asked.claims, [annotator]: untilMs } }
}

/** The item with an answer, the same item where the answer is there already, or why the answer cannot stand. */
export function answer(asked: Asked, annotator: string, given: Answer, nowMs: number): Asked | Refusal {
  const before = asked.answers[annotator]
  if (before && before.revision >= given.revision) {
    return before.revision === given.revision && same(before.given, given.given) ? asked : 'older'
  }
  if (asked.closed) return 'closed'
  if (!before && asked.claims[annotator] === undefined) return 'not-asked'
  const takesPlace = isJudgement(given) && !(before && isJudgement(before))
  if (takesPlace && !hasRoom(asked, annotator, nowMs)) return 'enough'
  const { [annotator]: _, ...claims } = asked.claims
  return { ...asked, claims, answers: { ...asked.answers, [annotator]: given } }
}

export const close = (asked: Asked): Asked => ({ ...asked, closed: true })

/** Has the item every judgement it asks for, or every one that the invited annotators can give? */
export const isComplete = (asked: Asked, invited: readonly string[]): boolean =>
  judgementsOf(asked).length >= needed(asked) ||
  (invited.length > 0 && invited.every((annotator) => isDone(asked, annotator)))

/** Has the annotator answered it, now or before? */
const isDone = ({ answers, before }: Asked, annotator: string): boolean =>
  answers[annotator] !== undefined || (before?.includes(annotator) ?? false)

/** Answers that say something of the item, by annotator. */
export const judgementsOf = ({ answers }: Asked): [string, Answer][] =>
  Object.entries(answers)
    .filter(([, given]) => isJudgement(given))
    .sort(([a], [b]) => (a < b ? -1 : 1))

/** As many judgements as were wanted, and one more while they end in a tie. */
function needed(asked: Asked): number {
  const votes = judgementsOf(asked).map(([, { given }]) => text(given))
  return votes.length >= asked.wanted && majorityVote(votes).leading.length > 1 ? asked.most : asked.wanted
}

/** Is there a place for this annotator beside the judgements that are there and the others who are at work on it? */
function hasRoom(asked: Asked, annotator: string, nowMs: number): boolean {
  const others = Object.entries(asked.claims).filter(([name, untilMs]) => name !== annotator && untilMs > nowMs)
  const theirs = judgementsOf(asked).filter(([name]) => name !== annotator)
  return theirs.length + others.length < needed(asked)
}

const isJudgement = ({ given }: Answer): boolean => !('skip' in given)
const same = (a: Given, b: Given): boolean => text(a) === text(b)
const text = (given: Given): string => JSON.stringify(given)

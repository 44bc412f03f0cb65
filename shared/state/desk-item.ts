import { z } from 'zod'
import { byName, namedRecord, withName } from '../by-name'
import { majorityVote } from '../statistics/majority'

/** Why an item cannot have a label. */
export const FLAGS = ['other-language', 'unreadable', 'personal', 'none-of-these'] as const
export type Flag = (typeof FLAGS)[number]

/** What an annotator gives for an item. A skip is no judgement: another annotator is asked. */
export type Given = { label: string } | { flag: Flag } | { skip: true }

export interface DeskAnswer {
  given: Given
  /** Counted by the annotator's page; of two answers to an item the higher revision counts. */
  revision: number
  /** ISO 8601. */
  at: string
  /** What the annotator wants the owner to know of the post. */
  note?: string | undefined
}

/** The longest note, in UTF-16 code units. */
export const LONGEST_NOTE = 500

/** The questions and answers of an item. Its change is atomic: the row that holds it is compared and swapped. */
export interface AskedItem {
  wanted: number
  /** Its position in the order of handing out; missing in batches of older releases. */
  turn?: number
  /** `wanted`, and one more where a tie asks for it. */
  most: number
  /**
   * Until when an annotator has the item on the screen; milliseconds. An expired claim stays, so that they may still
   * answer late.
   */
  claims: Record<string, number>
  answers: Record<string, DeskAnswer>
  /** Annotators who judged it in an earlier batch and are not asked again. */
  before?: readonly string[]
  closed: boolean
}

const given = z.union([
  z.strictObject({ label: z.string() }),
  z.strictObject({ flag: z.enum(FLAGS) }),
  z.strictObject({ skip: z.literal(true) }),
])

/** An item as a row stores it. */
export const storedItem = z.object({
  wanted: z.int(),
  most: z.int(),
  turn: z.int().optional(),
  before: z.array(z.string()).optional(),
  claims: namedRecord(z.number()),
  answers: namedRecord(z.object({ given, revision: z.int(), at: z.string(), note: z.string().optional() })),
})

export type AnswerRefusal = 'closed' | 'not-asked' | 'enough' | 'older'

/** Claim the item for an annotator until a time; undefined where the annotator may not have it. */
export function claim<T extends AskedItem>(asked: T, annotator: string, nowMs: number, untilMs: number): T | undefined {
  if (asked.closed || isDone(asked, annotator) || !hasRoom(asked, annotator, nowMs)) return undefined
  return { ...asked, claims: withName(asked.claims, annotator, untilMs) }
}

/** The item with an answer, the same object where the answer is there already, or why the answer is refused. */
export function withAnswer<T extends AskedItem>(
  asked: T,
  annotator: string,
  given: DeskAnswer,
  nowMs: number,
): T | AnswerRefusal {
  const before = asked.answers[annotator]
  if (before && before.revision >= given.revision) {
    return before.revision === given.revision && same(before, given) ? asked : 'older'
  }
  if (asked.closed) return 'closed'
  if (!before && asked.claims[annotator] === undefined) return 'not-asked'
  const takesPlace = isJudgement(given) && !(before && isJudgement(before))
  if (takesPlace && !hasRoom(asked, annotator, nowMs)) return 'enough'
  const claims = byName(Object.entries(asked.claims).filter(([name]) => name !== annotator))
  return { ...asked, claims, answers: withName(asked.answers, annotator, given) }
}

export const close = (asked: AskedItem): AskedItem => ({ ...asked, closed: true })

/** Whether the item has every judgement that it needs, or every one that the invited annotators can give. */
export const isComplete = (asked: AskedItem, invited: readonly string[]): boolean =>
  judgementsOf(asked).length >= needed(asked) ||
  (invited.length > 0 && invited.every((annotator) => isDone(asked, annotator)))

/** Whether the annotator answered it, in this batch or in an earlier one. */
const isDone = ({ answers, before }: AskedItem, annotator: string): boolean =>
  answers[annotator] !== undefined || (before?.includes(annotator) ?? false)

/** The answers that are judgements, by annotator. */
export const judgementsOf = ({ answers }: AskedItem): [string, DeskAnswer][] =>
  Object.entries(answers)
    .filter(([, given]) => isJudgement(given))
    .sort(([a], [b]) => (a < b ? -1 : 1))

/** The judgements wanted, or `most` while they end in a tie. */
function needed(asked: AskedItem): number {
  const votes = judgementsOf(asked).map(([, { given }]) => text(given))
  return votes.length >= asked.wanted && majorityVote(votes).leading.length > 1 ? asked.most : asked.wanted
}

/** Whether the item needs this annotator's judgement in addition to those given and those that other claims promise. */
function hasRoom(asked: AskedItem, annotator: string, nowMs: number): boolean {
  const others = Object.entries(asked.claims).filter(([name, untilMs]) => name !== annotator && untilMs > nowMs)
  const theirs = judgementsOf(asked).filter(([name]) => name !== annotator)
  return theirs.length + others.length < needed(asked)
}

const isJudgement = ({ given }: DeskAnswer): boolean => !('skip' in given)
const same = (a: DeskAnswer, b: DeskAnswer): boolean =>
  text(a.given) === text(b.given) && (a.note ?? '') === (b.note ?? '')
const text = (given: Given): string => JSON.stringify(given)

import type { EvidenceMessage, EvidenceRecord, EvidenceWord } from '../../../shared/records'
import { likeliest } from '../../../shared/engines/classifier'
import { distinctiveness, PRIOR_TOTAL } from '../../../shared/statistics/distinctive'
import { sum } from '../../../shared/statistics/numbers'
import { type StreamDay, streamNameOf } from '../../../shared/streams'
import type { ReadMessage } from './messages'
import { isNameAmong, plainWords } from './plain-words'
import { isBelow, type Message, type Tally } from '../facts/tally'

/** Number of messages per label, and of messages that moved its share. */
const MOST_MESSAGES = 5
const MOST_WORDS = 10
/** In standard errors: one in 100 uninformative words passes. */
const LEAST_Z = 2.6
/** A word of fewer messages or authors may identify somebody. */
const FEWEST = 5

/** The label of a message, and whether it comes only from the model. */
export interface GivenLabel {
  label: string
  predicted: boolean
}

/** The label of a message: people's label, or the model's most probable one. Undefined without either, and for flagged messages. */
export function labelsOfMessages(
  labels: readonly string[],
  given: ReadonlyMap<string, { label: string }>,
  flagged: ReadonlySet<string>,
): (item: string, message: Message) => GivenLabel | undefined {
  const known = new Set(labels)
  return (item, { scores }) => {
    const label = given.get(item)?.label
    if (label !== undefined && known.has(label)) return { label, predicted: false }
    if (flagged.has(item) || !scores) return undefined
    const predicted = labels[likeliest(scores)]
    return predicted === undefined ? undefined : { label: predicted, predicted: true }
  }
}

/** A message that is shown for its number of posts, or because it moved its label's part of all posts. */
export interface ShownMessage {
  item: string
  posts: number
  predicted: boolean
}
export interface Moved extends ShownMessage {
  before: number
  /** Change of its part of all posts, in [-1, 1]. */
  change: number
}

type LabelOf = ReturnType<typeof labelsOfMessages>

/** The most repeated messages of a label; at equal numbers those that people labelled come first. */
export function mostRepeated(tally: Tally, label: string, labelOf: LabelOf): ShownMessage[] {
  return [...tally.kept]
    .flatMap(([item, message]) => {
      const given = labelOf(item, message)
      return given?.label === label ? [{ item, posts: message.posts, predicted: given.predicted }] : []
    })
    .sort((a, b) => b.posts - a.posts || Number(a.predicted) - Number(b.predicted) || (a.item < b.item ? -1 : 1))
    .slice(0, MOST_MESSAGES)
}

/** The messages of a label whose parts of all posts changed most between two periods. */
export function mostMoving(now: Tally, before: Tally, label: string, labelOf: LabelOf): Moved[] {
  if (now.posts === 0 || before.posts === 0) return []
  const found: Moved[] = []
  for (const item of new Set([...now.kept.keys(), ...before.kept.keys()])) {
    const [one, other] = [now.kept.get(item), before.kept.get(item)]
    const message = one ?? other
    const given = message && labelOf(item, message)
    if (given?.label !== label) continue
    const [posts, earlier] = [one?.posts ?? 0, other?.posts ?? 0]
    const change = posts / now.posts - earlier / before.posts
    if (change !== 0) found.push({ item, posts, before: earlier, change, predicted: given.predicted })
  }
  return found
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || (a.item < b.item ? -1 : 1))
    .slice(0, MOST_MESSAGES)
}

/** A message whose words are counted. */
export interface Worded {
  words: ReadonlySet<string>
  label: string | undefined
  /** Empty where it is not known. */
  author: string
}

/**
 * The words that set each label apart from the others, the most certain first. Each message counts once. Only words of at least
 * five messages and five known authors are returned, and none that `isPrivate`.
 */
export function tellingWords(
  labels: readonly string[],
  messages: readonly Worded[],
  isPrivate: (word: string) => boolean,
): Map<string, EvidenceWord[]> {
  const all = countWords(messages)
  const byLabel = new Map(labels.map((label) => [label, countWords(messages.filter((one) => one.label === label))]))
  const labelled = countWords(messages.filter(({ label }) => label !== undefined))
  const total = sum(all.values())
  const labelledTotal = sum(labelled.values())
  return new Map(
    labels.map((label) => {
      const inside = byLabel.get(label) ?? new Map<string, number>()
      const insideTotal = sum(inside.values())
      const totals = { inside: insideTotal, outside: labelledTotal - insideTotal, prior: PRIOR_TOTAL }
      if (totals.inside === 0 || totals.outside === 0) return [label, []]
      const candidates = [...labelled.keys()].flatMap((word) => {
        const within = inside.get(word) ?? 0
        const outside = (labelled.get(word) ?? 0) - within
        const prior = (PRIOR_TOTAL * (all.get(word) ?? 0)) / total
        const z = distinctiveness({ inside: within, outside, prior }, totals)
        const count = z > 0 ? within : outside
        return Math.abs(z) >= LEAST_Z && count >= FEWEST && !isPrivate(word) ? [{ word, z, messages: count }] : []
      })
      const isOf = (of: string | undefined, z: number) => of !== undefined && (of === label) === z > 0
      const told = candidates
        .sort((a, b) => Math.abs(b.z) - Math.abs(a.z) || (a.word < b.word ? -1 : 1))
        .map(({ word, z, messages: count }) => {
          const own = messages.filter((one) => isOf(one.label, z) && one.words.has(word))
          const authors = new Set(own.flatMap(({ author }) => (author === '' ? [] : [author]))).size
          return { word, z: Math.round(z * 100) / 100, messages: count, authors }
        })
        .filter(({ authors }) => authors >= FEWEST)
      return [label, told.slice(0, MOST_WORDS)]
    }),
  )
}

/** The number of messages with each word. */
function countWords(messages: readonly Worded[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { words } of messages) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

/** The messages that evidence shows, by label. */
export type ShownByLabel = ReadonlyMap<string, { messages: readonly ShownMessage[]; moves: readonly Moved[] }>

/** The inputs of a day's evidence. */
export interface Material {
  day: StreamDay
  from: string
  labels: readonly string[]
  labelOf: LabelOf
  /** Tallies of the day, of the seven days that end with it, and of the seven before. */
  tallies: { day: Tally; week: Tally; before: Tally }
  /** What `shownIn` chose. */
  shown: ShownByLabel
  /** The messages that were read, by cascade. */
  read: ReadonlyMap<string, ReadMessage>
  handles: ReadonlySet<string>
  /** All messages with an id below this fraction of all ids were read. */
  part: number
}

/** The messages that evidence shows, which have to be read before it is composed. */
export const shownIn = ({ labels, labelOf, tallies }: Pick<Material, 'labels' | 'labelOf' | 'tallies'>): ShownByLabel =>
  new Map(
    labels.map((label) => [
      label,
      {
        messages: mostRepeated(tallies.day, label, labelOf),
        moves: mostMoving(tallies.week, tallies.before, label, labelOf),
      },
    ]),
  )

/** The evidence for the shares of a day. Messages that could not be read are left out. */
export function evidenceOf(material: Material): EvidenceRecord {
  const { day, from, labels, labelOf, tallies, shown, read, handles, part } = material
  const worded: Worded[] = []
  const messages = { labelled: 0, predicted: 0, other: 0 }
  for (const [item, message] of tallies.week.kept) {
    const found = isBelow(part, item) ? read.get(item) : undefined
    if (!found) continue
    const given = labelOf(item, message)
    messages[given ? (given.predicted ? 'predicted' : 'labelled') : 'other'] += 1
    worded.push({ words: plainWords(found.shown), label: given?.label, author: found.author })
  }
  const words = tellingWords(labels, worded, (word) => isNameAmong(handles, word))
  const written = <T extends ShownMessage>({ item, ...rest }: T): (Omit<T, 'item'> & EvidenceMessage)[] => {
    const found = read.get(item)
    return found ? [{ item, post: found.post, text: found.shown, language: found.language, ...rest }] : []
  }
  return {
    format: 1,
    ...streamNameOf(day),
    date: day.date,
    from,
    posts: tallies.week.posts,
    postsBefore: tallies.before.posts,
    messages,
    part,
    labels: labels.map((label) => ({
      label,
      messages: shown.get(label)?.messages.flatMap(written) ?? [],
      words: words.get(label) ?? [],
      moves: (shown.get(label)?.moves.flatMap(written) ?? []).map((move) => ({
        ...move,
        change: Number(move.change.toFixed(5)),
      })),
    })),
  }
}

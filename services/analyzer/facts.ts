import type { LiveModel } from './classify'
import { type Collected, collectionOf } from './collection'
import type { Unlearnt } from './learnt'
import type { Draw } from './samples'
import type { DayFacts } from './shares'
import {
  inOrder,
  keepMessage,
  merged,
  type Message,
  messageIn,
  rescored,
  scoresOf,
  type Tally,
  unscored,
} from './tally'
import { keys } from '../../shared/keys'
import type { StandingLabel } from '../../shared/labels'
import type { FactsRecord } from '../../shared/records'

/** A UTC day of a hashtag, counted: `facts/…/date=<d>.json` in memory. */
export interface CountedDay extends Omit<FactsRecord, 'runs' | 'format'> {
  runs: readonly CountedRun[]
}

export interface CountedRun extends Collected {
  run: string
  /** ETag of the predictions that were counted. */
  predictions: string | null
  cascades: boolean
  tally: Tally
}

/** The bytes of the facts of a day: the same for the same content. A message stands on a line. */
export function factsBytes({ runs, ...day }: CountedDay): string {
  const lines = runs.map(({ tally: { kept, aside, posts, scores, answers, below }, ...run }) => {
    const messages = [...kept, ...aside].map(([id, message]) => [id, message.posts, message.scores, message.answers])
    const head = JSON.stringify({ ...run, tally: { posts, scores, answers, below } })
    // The two brackets that close the run and its tally come after the messages.
    return `${head.slice(0, -2)},"messages":[${messages.map((message) => `\n${JSON.stringify(message)}`).join(',')}]}}`
  })
  return `${JSON.stringify({ format: 1, ...day }).slice(0, -1)},"runs":[\n${lines.join(',\n')}\n]}\n`
}

/** The facts of a day as they are counted with. */
export function countedDay({ hashtag, date, model, textVersion, labels, runs }: FactsRecord): CountedDay {
  const counted = runs.map(({ tally: { messages, ...sums }, ...run }) => {
    const tally: Tally = { ...sums, classes: labels.length, kept: new Map(), aside: new Map() }
    for (const [id, posts, scores, answers] of messages) keepMessage(tally, id, { posts, scores, answers })
    return { ...run, tally: inOrder(tally) }
  })
  return { hashtag, date, model, textVersion, labels, runs: counted }
}

/** What a report knows beside the counted posts. */
export interface Known {
  /** Names of the labels, in their order. */
  labels: readonly string[]
  given: ReadonlyMap<string, StandingLabel>
  /** The model whose scores count; without one the labels alone do. */
  model: Pick<LiveModel, 'job' | 'textVersion'> | undefined
  /** For messages that it may have learnt from. */
  unlearnt: Unlearnt
  /** What the model says of the text that a message was labelled by; zeros without either. */
  scoresOfText: (text: string | undefined) => readonly number[]
}

/**
 * What the facts of a day and the labels say together. A day may have been classified by an earlier model: its shares are
 * as right, but it says nothing of how this one errs. Nothing for posts that no model has classified where there is one, or
 * one that reads texts by another version: no report mixes those.
 */
export function joined(known: Known, day: CountedDay, draws: readonly Draw[]): DayFacts | undefined {
  const { labels, model } = known
  const hasPosts = day.runs.some(({ tally }) => tally.posts > 0)
  const isOfModel = !model || !hasPosts || day.model === model.job
  if (!isOfModel && (day.model === null || day.textVersion !== model.textVersion)) return undefined
  const strata = day.runs.map(({ run, tally }) => {
    const key = keys.run({ hashtag: day.hashtag, date: day.date, run })
    return {
      draw: draws.find((draw) => draw.runs.has(key)),
      tally: model ? rescored(tally, known.unlearnt) : unscored(tally),
    }
  })
  const of = (draw: Draw | undefined) => strata.filter((run) => run.draw === draw).map(({ tally }) => tally)
  const drawn = draws.map((draw) => ({ tally: merged(of(draw), labels.length), ...membersOf(known, draw, of(draw)) }))
  return {
    date: day.date,
    isOfModel,
    collected: collectionOf(day.runs).collected,
    tally: merged([...drawn.map(({ tally }) => tally), ...of(undefined)], labels.length),
    drawn,
  }
}

/** The sample of a draw, and the messages beside it that were labelled for training. */
function membersOf(
  known: Known,
  { members }: Draw,
  own: readonly Tally[],
): Pick<DayFacts['drawn'][number], 'sample' | 'known'> {
  const isDrawn = new Set(members.map(({ item }) => item))
  const trained = own.flatMap(({ kept, aside }) =>
    [...kept.keys(), ...aside.keys()].filter((item) => isTrained(known, item) && !isDrawn.has(item)),
  )
  const sampled = (item: string, message: Message | undefined, size: number, inclusionProbability: number) => ({
    item,
    size,
    inclusionProbability: isTrained(known, item) ? 1 : inclusionProbability,
    label: classOf(known, item),
    judged: 'owner' as const,
    // The mean over its posts of the day, so that what the sample says and what is counted are of one kind.
    scores: message ? scoresOf(message) : scoresWithoutPosts(known, item),
  })
  return {
    sample: members.map(({ item, size, inclusionProbability }) =>
      sampled(item, messageIn(own, item), size, inclusionProbability),
    ),
    known: [...new Set(trained)].sort().flatMap((item) => {
      const message = messageIn(own, item)
      return message ? sampled(item, message, message.posts, 1) : []
    }),
  }
}

function classOf({ labels, given }: Known, item: string): number | undefined {
  const place = labels.indexOf(given.get(item)?.label ?? '')
  return place === -1 ? undefined : place
}

const isTrained = (known: Known, item: string): boolean =>
  known.given.get(item)?.role === 'training' && classOf(known, item) !== undefined

const scoresWithoutPosts = ({ model, unlearnt, given, scoresOfText }: Known, item: string): readonly number[] =>
  (model && unlearnt(item)) ?? scoresOfText(given.get(item)?.text)

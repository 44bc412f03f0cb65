import { type RunCoverage, collectionOf } from './collection'
import type { Design, SampledRuns } from './samples'
import type { DayFacts, DrawnSample } from '../reports/shares'
import { orderedById, keepMessage, mergedTallies, messageIn, scoresOf, type Tally, withoutMessages } from './tally'
import { keys } from '../../../shared/keys'
import { countedLabel, type StandingLabel } from '../../../shared/labels'
import type { FactsRecord } from '../../../shared/records'
import { joint } from '../../../shared/statistics/design'
import { streamNameOf } from '../../../shared/streams'

/** A UTC day of a stream, counted: `facts/…/date=<d>.json` in memory. */
export interface CountedDay extends Omit<FactsRecord, 'runs' | 'format'> {
  runs: readonly CountedRun[]
}

export interface CountedRun extends RunCoverage {
  /** The network of its keys; runs of one day may differ after a rollback. */
  stream?: string | undefined
  run: string
  cascades: boolean
  tally: Tally
}

/** The bytes of the facts of a day, deterministic; one message per line. */
export function factsBytes({ runs, ...day }: CountedDay): string {
  const lines = runs.map(({ tally: { kept, aside, posts, scored, scores, answers, below }, ...run }) => {
    const messages = [...kept, ...aside].map(([id, message]) => [id, message.posts, message.scores ?? null])
    const head = JSON.stringify({ ...run, tally: { posts, scored, scores, answers, below } })
    // The two brackets that close the run and its tally come after the messages.
    return `${head.slice(0, -2)},"messages":[${messages.map((message) => `\n${JSON.stringify(message)}`).join(',')}]}}`
  })
  return `${JSON.stringify({ format: 2, ...day }).slice(0, -1)},"runs":[\n${lines.join(',\n')}\n]}\n`
}

/** The facts of a day in memory. */
export function countedDay({ date, labels, runs, ...name }: FactsRecord): CountedDay {
  const counted = runs.map(({ tally: { messages, ...sums }, ...run }) => {
    const tally: Tally = { ...sums, classes: labels.length, kept: new Map(), aside: new Map() }
    for (const [id, posts, scores] of messages) keepMessage(tally, id, { posts, scores: scores ?? undefined })
    return { ...run, tally: orderedById(tally) }
  })
  return { ...streamNameOf(name), date, labels, runs: counted }
}

/** The input of a report besides the counted posts. */
export interface LabellingFacts {
  /** Names of the labels, in their order. */
  labels: readonly string[]
  given: ReadonlyMap<string, StandingLabel>
  /** The drawn items with their probabilities. */
  design: Design
  /** Items without a category: annotators flagged them, or the owner decided so. */
  flagged: ReadonlySet<string>
  /** Messages that count in no share. */
  excluded?: ReadonlySet<string> | undefined
}

/** The facts of a day combined with the draws and the labels. */
export function joined(
  known: LabellingFacts,
  { runs: all, ...day }: CountedDay,
  strata: readonly SampledRuns[],
): DayFacts {
  const classes = known.labels.length
  const { excluded } = known
  const counted = excluded ? all.map((run) => ({ ...run, tally: withoutMessages(run.tally, excluded) })) : all
  const keyOf = ({ run, stream }: CountedRun) => keys.run({ hashtag: day.hashtag, stream, date: day.date, run })
  const drawn = strata.map(({ runs }) => {
    const own = counted.flatMap((run) => (runs.has(keyOf(run)) ? [run.tally] : []))
    return { tally: mergedTallies(own, classes), ...sampleOf(known, own) }
  })
  const rest = counted.filter((run) => !strata.some(({ runs }) => runs.has(keyOf(run))))
  const tallies = [...drawn.map(({ tally }) => tally), ...rest.map(({ tally }) => tally)]
  return {
    date: day.date,
    collected: collectionOf(all).collected,
    tally: mergedTallies(tallies, classes),
    drawn,
  }
}

/**
 * The messages of some runs that any draw took, also a draw of another day: a message that lives for days is drawn and
 * labelled once. Its probability is that over all its draws.
 */
function sampleOf(known: LabellingFacts, own: readonly Tally[]): Omit<DrawnSample, 'tally'> {
  const sample: DrawnSample['sample'][number][] = []
  const [sampled, flagged] = [new Set<string>(), new Set<string>()]
  for (const [item, parts] of known.design) {
    const message = messageIn(own, item)
    if (!message) continue
    sampled.add(item)
    const counted = countedLabel(known.given.get(item))
    const label = counted ? known.labels.indexOf(counted.label) : -1
    if (counted && label !== -1) {
      const { posts: size } = message
      const scores = scoresOf(message, known.labels.length)
      sample.push({ item, size, inclusionProbability: joint(parts), label, judged: counted.judged, scores })
    } else if (known.flagged.has(item)) flagged.add(item)
  }
  return { sample, sampled, flagged }
}

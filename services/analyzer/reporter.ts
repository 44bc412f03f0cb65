import { answersOf, scoresIn } from '../../shared/answers'
import { evaluationLabels, evaluationWindow, type Labels, latestQuality, type StandingLabel } from '../../shared/labels'
import type { Memory } from '../../shared/memory'
import type { ReportRecord } from '../../shared/records'
import { plainText } from '../../shared/text'
import type { Settings } from '../../shared/settings'
import type { LiveModel } from './classify'
import type { DayBook } from './day-book'
import { type Day, weekTo } from './days'
import { joined } from './facts'
import { unlearnt } from './learnt'
import { reportOf } from './report'
import { drawsOf, type Plans } from './samples'
import type { DayFacts, Evidence } from './shares'

interface Sources {
  memory: Memory
  settings: Pick<Settings, 'labels' | 'gate'>
  labels: Labels
  live: LiveModel | undefined
  plans: Plans
  book: DayBook
}

/** Reports a day by its own facts and those of the six days before it. */
export function reporter({ memory, settings, labels: standing, live, plans: all, book }: Sources) {
  const labels = settings.labels.categories.map(({ name }) => name)
  const { version } = settings.labels
  const model = live?.schemaVersion === version ? live : undefined
  const none = live ? 'The live model answers by another version of the labels.' : 'No model is live yet.'

  return async ({ hashtag, date }: Day): Promise<ReportRecord> => {
    const given = upTo(date, standing.labels)
    const week = weekTo(date)
    const plans = await all.between(week[0]!, date)
    const newest = evaluationWindow(evaluationLabels(given, date), settings.gate.window)
    const drawn = week.map((one) => drawsOf(plans, { hashtag, date: one }))
    const members = drawn.flat().flatMap((draw) => draw.members.flatMap(({ item }) => given.get(item)?.text ?? []))
    const asked = [...newest.map(({ text }) => text), ...members]
    const scoresOf = model && (await scorer(memory, model, labels, asked))
    const window = scoresOf
      ? newest.map(({ item, label, text }) => ({ item, label: labels.indexOf(label), scores: scoresOf(text) }))
      : { none }
    const known = {
      labels,
      given,
      model,
      unlearnt: unlearnt(labels, given, plans, 'none' in window ? [] : window),
      scoresOfText: (text: string | undefined) =>
        scoresOf && text !== undefined ? scoresOf(text) : labels.map(() => 0),
    }
    const days: DayFacts[] = []
    for (const [i, one] of week.entries()) {
      const counted = await book.asItIs(one)
      const found = counted && joined(known, counted, drawn[i] ?? [])
      if (found) days.push(found)
    }
    const evidence: Evidence = { hashtag, labels, window }
    const quality = latestQuality(standing, version, date)
    const counted = await book.asItIs(date)
    return reportOf({ hashtag, date }, live, { version, given, quality }, counted?.runs ?? [], days, evidence)
  }
}

/**
 * Without the labels for training of posts after a day: they are no reason to report it again. Those of a sample stay, for
 * the day whose sample it is.
 */
const upTo = (date: string, given: ReadonlyMap<string, StandingLabel>): Map<string, StandingLabel> =>
  new Map([...given].filter(([, label]) => label.role !== 'training' || label.date <= date))

/** Bytes that the scores of a model take in memory, about. */
const SCORES_BYTES = 2 ** 20

/** What a model says of these texts, which annotators saw; each is asked once while the function is warm. */
async function scorer(
  memory: Memory,
  model: LiveModel,
  labels: readonly string[],
  texts: readonly string[],
): Promise<(text: string) => readonly number[]> {
  const name = `scores ${JSON.stringify([model.job, model.temperature, labels])}`
  const known = await memory.of(name, SCORES_BYTES, async () => new Map<string, readonly number[]>())
  const unasked = [...new Set(texts)].filter((text) => !known.has(text))
  const answers = await answersOf(model, unasked.map(plainText))
  for (const [i, text] of unasked.entries()) known.set(text, scoresIn(labels, answers[i]!.probabilities))
  return (text) => {
    const scores = known.get(text)
    if (!scores) throw new Error('the scores of a text are read that was not classified before')
    return scores
  }
}

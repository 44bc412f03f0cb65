import path from 'node:path'
import { ROOT } from '../local/root'
import { agreementOf } from '../services/labeling/measuring/agreement'
import { itemsToAskAgain } from '../services/labeling/sampling/ask-again'
import { independentJudgements, judgementsRecordOf } from '../services/labeling/measuring/judged'
import type { Judgement } from '../services/labeling/labellers/labeller'
import type { PlannedItem, StoredPlan } from '../services/labeling/plan'
import { termsOf } from '../shared/labellers'
import { settlementOf } from '../services/labeling/measuring/settlement'
import { predictAll, train } from '../packages/fasttext/src'
import type { JudgementsRecord } from '../shared/records'
import type { StandingLabel } from '../shared/labels'
import { standingOf } from '../shared/labels/standing'
import { readSettings, type Settings } from '../shared/settings'
import { mulberry32 } from '../shared/statistics/random'
import { permanentRandom } from '../shared/text/cascade'
import { macroF1Of } from './labelling-policies'
import { type Message, readMessages, streamOf } from './labelling-stream'
import { benchOptions } from './options'

const USAGE = `
node bin/run.mjs bench/relabelling.ts --data FOLDER [--seeds 20]

What does asking again gain? Simulates the same days with labelling.relabelShare 0 and with the services' own choice (labels in
doubt first, then labels that a model doubts), within the same places. What is asked again takes places from new posts, so it may
lose: differences are of the same seed, with a 95 % interval over seeds, and losses are printed. Alpha is not included, because
it is measured over first judgements.

The benchmark simulates annotators' mistakes: one judgement in ten or, for the last crowd, three in ten. The test set has none.
All randomness comes from the seeds.

  --data FOLDER   corporate-messaging/posts.jsonl, each line a JSON object with "text" and "label"; a quarter is the test
  --seeds N       repetitions
`

const { values: options } = benchOptions(
  USAGE,
  {
    data: { type: 'string', default: '' },
    seeds: { type: 'string', default: '20' },
  },
  { needs: ['data'] },
)
const seeds = Number(options.seeds)

const DAYS = 15
const PER_DAY = 60
const EVALUATION = 24
const SHARES = [0, 0.05, 0.1]

/** The error rate of each annotator. */
const CROWDS: Record<string, Record<string, number>> = {
  'four who each err in 10 %': { ana: 0.1, ben: 0.1, cyd: 0.1, dan: 0.1 },
  'three who err in 3 %, one in 31 %': { ana: 0.03, ben: 0.03, cyd: 0.03, dan: 0.31 },
  'four who each err in 30 %': { ana: 0.3, ben: 0.3, cyd: 0.3, dan: 0.3 },
}

const MEASURES = [
  'wrong for training',
  'wrong for evaluation',
  'labels for training',
  'judgements',
  'macro-F1',
] as const
type Outcome = Record<(typeof MEASURES)[number], number> & { asked: Record<Asked, Count> }
type Asked = 'confirm' | 'relabel'
/** Items that came back: all, those whose label was corrected, and those whose right label became wrong. */
interface Count {
  items: number
  righted: number
  spoilt: number
}

async function main(): Promise<void> {
  const messages = readMessages([path.join(options.data, 'corporate-messaging/posts.jsonl')])
  console.log(`${messages.length} messages, ${DAYS} days of ${PER_DAY} places, ${seeds} seeds`)
  for (const [crowd, rates] of Object.entries(CROWDS)) {
    const outcomes: Outcome[][] = []
    for (const share of SHARES) {
      const own: Outcome[] = []
      for (let seed = 1; seed <= seeds; seed++) own.push(await play(messages, rates, share, seed))
      outcomes.push(own)
    }
    console.log(`\n${crowd}`)
    for (const [i, share] of SHARES.entries()) print(share, outcomes[i]!, outcomes[0]!)
  }
}

function print(share: number, own: readonly Outcome[], without: readonly Outcome[]): void {
  console.log(`  relabelShare ${share}`)
  for (const measure of MEASURES) {
    const digits = measure === 'judgements' || measure === 'labels for training' ? 1 : 4
    const values = own.map((one) => one[measure])
    const differences = values.map((value, i) => value - without[i]![measure])
    const [low, high] = interval(differences)
    const better = measure.startsWith('wrong') ? high < 0 : low > 0
    const worse = measure.startsWith('wrong') ? low > 0 : high < 0
    const verdict = digits === 1 ? '' : better ? '  a gain' : worse ? '  a loss' : '  no difference shown'
    const against = `${signed(average(differences), digits)} (${signed(low, digits)} to ${signed(high, digits)})${verdict}`
    console.log(`    ${measure.padEnd(22)}${average(values).toFixed(digits).padEnd(10)}${share === 0 ? '' : against}`)
  }
  for (const purpose of ['confirm', 'relabel'] as const) {
    const of = (what: keyof Count) => average(own.map(({ asked }) => asked[purpose][what])).toFixed(1)
    if (share > 0)
      console.log(`    ${purpose.padEnd(22)}${of('items')} items, ${of('righted')} corrected, ${of('spoilt')} spoilt`)
  }
}

/** All days of a seed. The same posts arrive whatever is relabelled. */
async function play(
  messages: readonly Message[],
  rates: Record<string, number>,
  share: number,
  seed: number,
): Promise<Outcome> {
  const { days, pool, test } = streamOf(messages, 0, DAYS, seed)
  const categories = [...new Set(messages.map(({ label }) => label))].sort()
  const settings = settingsOf(categories, share)
  const byId = new Map(pool.map((message) => [message.id, message]))
  const given = new Map<string, StandingLabel>()
  const records: JudgementsRecord[] = []
  const askedBefore = new Set<string>()
  const asked: Outcome['asked'] = { confirm: nothing(), relabel: nothing() }
  let judgements = 0
  const terms = termsOf(settings.labelling.labeller)
  for (const [day, posts] of days.entries()) {
    const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10)
    const fresh = posts.map((i) => pool[i]!)
    const places = PER_DAY - EVALUATION
    const { again, taken } =
      share === 0
        ? { again: [], taken: 0 }
        : await itemsToAskAgain(
            given,
            { batch: date, date },
            { ...settings, asked: terms.judgementsAsked(settings.labelling) },
            PER_DAY,
            places,
            askedBefore,
          )
    const items = [
      ...fresh.slice(0, EVALUATION).map(({ id }) => itemOf(id, date, 'evaluation', 2)),
      ...fresh.slice(EVALUATION, PER_DAY - taken).map(({ id }) => itemOf(id, date, 'training', 1)),
      ...again.map(({ purpose, label, judgements: wanted }) => ({
        ...itemOf(label.item, date, label.role, wanted),
        purpose,
        before: purpose === 'confirm' ? label.judgements.map(({ annotator }) => annotator) : [],
      })),
    ]
    const plan = planOf(date, categories, items)
    const said = items.flatMap((item) => judged(item, byId.get(item.item)!, rates, categories, seed))
    judgements += said.length
    const answers = { judgements: said, consolidated: [], refused: [] }
    records.push(judgementsRecordOf(plan, answers))
    const { lines } = settlementOf(
      plan,
      items.map(({ item }) => lineOf(byId.get(item)!)),
      answers,
      { options: settings.labelling, terms },
      {
        batches: records.map(({ batch }) => batch),
        agreement: agreementOf(records, categories),
        independent: independentJudgements(records),
        otherObjects: 0,
      },
    )
    for (const { purpose, label } of again) {
      askedBefore.add(label.item)
      if (purpose === 'confirm' || purpose === 'relabel') {
        count(
          asked[purpose],
          label.label,
          lines.find(({ item }) => item === label.item)?.['label-metadata']['class-name'],
          byId.get(label.item)!.label,
        )
      }
    }
    for (const line of lines) given.set(line.item, standingOf(line, date))
  }
  const settled = [...given.values()].map((line) => ({ line, message: byId.get(line.item)! }))
  const training = settled.filter(({ line }) => line.role === 'training')
  const wrong = (of: typeof settled) =>
    of.filter(({ line, message }) => line.label !== message.label).length / of.length
  return {
    'wrong for training': wrong(training),
    'wrong for evaluation': wrong(settled.filter(({ line }) => line.role === 'evaluation')),
    'labels for training': training.length,
    judgements,
    'macro-F1': macroF1(training, test, seed),
    asked,
  }
}

const nothing = (): Count => ({ items: 0, righted: 0, spoilt: 0 })

function count(counts: Count, before: string, after: string | undefined, truth: string): void {
  counts.items += 1
  if (after === undefined) return
  if (before !== truth && after === truth) counts.righted += 1
  if (before === truth && after !== truth) counts.spoilt += 1
}

/**
 * Judgements of an item: as many as it asks for, and one more after a tie. Annotators and answers depend only on the item,
 * the day and the seed, so other questions do not change them.
 */
function judged(
  { item, date, judgements, before }: PlannedItem,
  { label }: Message,
  rates: Record<string, number>,
  categories: readonly string[],
  seed: number,
): Judgement[] {
  const chance = (what: string) => permanentRandom(item, `${seed} ${date} ${what}`)
  const people = Object.keys(rates)
    .filter((name) => !before?.includes(name))
    .sort((a, b) => chance(`turn of ${a}`) - chance(`turn of ${b}`))
  const others = categories.filter((other) => other !== label)
  const said: Judgement[] = []
  for (const annotator of people) {
    const isTie = said.length === 2 && JSON.stringify(said[0]!.said) !== JSON.stringify(said[1]!.said)
    if (said.length >= judgements && !(judgements === 2 && isTie)) break
    const errs = chance(`mistake of ${annotator}`) < rates[annotator]!
    const answer = errs ? others[Math.floor(chance(`answer of ${annotator}`) * others.length)]! : label
    said.push({ item, annotator, said: { label: answer }, at: `${date}T10:00:0${said.length}.000Z` })
  }
  return said
}

function macroF1(
  training: readonly { line: StandingLabel; message: Message }[],
  test: readonly Message[],
  seed: number,
): number {
  const model = train(
    training.map(({ line, message }) => `__label__${line.label} ${message.tokens}`),
    { vectorDim: 10, learningRate: 0.5, epochs: 25, wordNgrams: 2, minCount: 1, buckets: 20_000, seed },
  )
  const answers = [
    ...predictAll(
      model,
      test.map(({ tokens }) => tokens),
      1,
    ),
  ]
  return macroF1Of(test.map(({ label }, i) => [label, answers[i]![0]?.label ?? ''] as const))
}

const lineOf = ({ id, text }: Message) => ({ source: text, item: id, 'post-id': id })

const itemOf = (item: string, date: string, role: PlannedItem['role'], judgements: number): PlannedItem => ({
  item,
  post: item,
  role,
  hashtags: [],
  date,
  size: 1,
  inclusionProbability: null,
  judgements,
  purpose: 'label',
})

const planOf = (date: string, categories: string[], items: PlannedItem[]): StoredPlan => ({
  batch: date,
  date,
  labeller: 'desk',
  job: date,
  schemaVersion: 1,
  categories,
  claimedAt: `${date}T00:00:00Z`,
  deadline: `${date}T20:00:00Z`,
  runs: [],
  cascades: items.length,
  judgements: 0,
  costUsd: 0,
  items,
  draws: [],
  booked: { judgements: 0, usd: 0 },
  before: 0,
  reached: null,
  carried: [],
  waiting: [],
})

function settingsOf(categories: readonly string[], relabelShare: number): Pick<Settings, 'labelling' | 'labels'> {
  const { labelling } = readSettings(ROOT)
  return {
    labelling: { ...labelling, labeller: 'desk', goldShare: 0, repeatShare: 0, relabelShare },
    labels: { version: 1, categories: categories.map((name) => ({ name, definition: name, examples: [] })) },
  }
}

/** The 95 % interval of the mean, by resampling the seeds. */
function interval(values: readonly number[]): [number, number] {
  const random = mulberry32(7)
  const means = Array.from({ length: 1000 }, () =>
    average(values.map(() => values[Math.floor(random() * values.length)]!)),
  ).sort((a, b) => a - b)
  return [means[25]!, means[974]!]
}

const signed = (value: number, digits: number): string => `${value < 0 ? '' : '+'}${value.toFixed(digits)}`
const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

void main()

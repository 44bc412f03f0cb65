import { measured as measuredAnswers, type Measured } from '../services/evaluator/measure'
import { type Contender, type Gate, judge } from '../services/evaluator/gate'
import { categoryOf } from '../shared/engines/fasttext/labels'
import { type Hyperparameters, metrics, predictAll, type Prediction, train } from '../shared/fasttext'
import type { EvaluationLine } from '../shared/records'
import { settings } from '../shared/settings'
import { mulberry32 } from '../shared/statistics/random'
import { TEXT_VERSION } from '../shared/text'
import { relabelled } from '../services/evaluator/relabelled'
import { type Post, qualitySets } from './quality-sets'

// What the gate lets through. Four weeks of a pipeline, again and again: a model is trained every day on all labels so far;
// on some days a quarter of the training labels is flipped. How many of these spoiled models go live, and what does it cost
// against the same weeks without a spoiled day? The contests are the evaluator's own: its gate, its default settings.
//
//   node bin/run.mjs bench/gate.ts --data FOLDER [--runs 50]
//
// What FOLDER holds: bench/quality-sets.ts. Ends with 1 where a promise does not hold.

const words = process.argv.slice(2)
const option = (flag: string, otherwise: string) => (words.includes(flag) ? words[words.indexOf(flag) + 1]! : otherwise)
const runs = Number(option('--runs', '50'))

const DAYS = 24
const FIRST_LABELS = 300
const LABELS_A_DAY = 40
const EVALUATED_A_DAY = 30
const SPOILED_DAYS = 0.15
const FLIPPED = 0.25
const WINDOWS = [100, 200]
const MOST_WINDOW = 200
const SEED = 20261126

const MODEL: Partial<Hyperparameters> = {
  vectorDim: 10,
  learningRate: 0.5,
  epochs: 25,
  wordNgrams: 2,
  minCount: 1,
  buckets: 20_000,
}

/** Answers of a model for every text that it may be asked for. */
interface Trained {
  lines: readonly string[]
  isSpoiled: boolean
  answers: ReadonlyMap<string, Prediction[]>
  dataset: Contender['dataset']
  /** On posts that are in no window. */
  macroF1: number
}

interface Cell {
  spoiled: number
  promotedSpoiled: number
  sound: number
  promotedSound: number
  live: number[]
}

const empty = (): Cell => ({ spoiled: 0, promotedSpoiled: 0, sound: 0, promotedSound: 0, live: [] })

/** Whether a challenger goes live, by whichever rule. */
type Rule = (challenger: Trained, champion: Trained, window: Window, gate: Gate, day: number) => boolean

/** The items of a day; a model is measured on them once, however many rules ask. */
interface Window {
  items: readonly EvaluationLine[]
  measured: Map<Trained | 'majority', Measured>
}

function measuredOn({ items, measured }: Window, model: Trained | 'majority', labels: string[]): Measured {
  const known = measured.get(model)
  if (known) return known
  const shares = labels.map((label) => items.filter((item) => item.label === label).length / items.length)
  const said = items.map(({ text }) => {
    if (model === 'majority') return { probabilities: shares, basis: 'prior' as const }
    const byLabel = new Map(model.answers.get(text)!.map(({ label, probability }) => [label, probability]))
    return { probabilities: labels.map((label) => byLabel.get(label) ?? 0), basis: 'text' as const }
  })
  const fresh = measuredAnswers({ labels, said }, items, labels)
  measured.set(model, fresh)
  return fresh
}

const byGate =
  (looksAtTraining: boolean): Rule =>
  (challenger, champion, window, gate, day) => {
    const labels = challenger.dataset.labels
    const hold = (job: string, model: Trained, date: number): Contender => ({
      job,
      labels,
      dataset: { ...model.dataset, latestDate: dayName(date) },
      measured: measuredOn(window, model, labels),
    })
    const contest = {
      challenger: hold('challenger', challenger, day),
      champion: hold('champion', champion, day - 1),
      majority: measuredOn(window, 'majority', labels).scores,
      window: { items: window.items.length, leaked: 0 },
      relabelled: looksAtTraining ? relabelled(champion.lines, challenger.lines) : { shared: 0, changed: 0 },
    }
    return judge(contest, gate).promote
  }

const byScore: Rule = (challenger, champion, { items }) => {
  const macroF1 = ({ answers }: Trained) =>
    metrics(items.map(({ text, label }) => ({ truths: [label], predictions: answers.get(text)! }))).macroF1
  return macroF1(challenger) >= macroF1(champion)
}

/** The second is the gate without its look at what became of the training labels. */
const RULES: Record<string, Rule> = {
  gate: byGate(true),
  'by scores': byGate(false),
  'not below': byScore,
  always: () => true,
}

function main(): void {
  const folder = option('--data', '')
  if (folder === '') {
    console.error('usage: node bin/run.mjs bench/gate.ts --data FOLDER; what it holds: bench/quality-sets.ts')
    process.exitCode = 2
    return
  }
  console.log(
    `${runs} runs of ${DAYS} days for each set; ${FIRST_LABELS} labels and ${LABELS_A_DAY} more a day; ${EVALUATED_A_DAY} evaluation labels a day;`,
  )
  console.log(`${SPOILED_DAYS * 100} % of days with ${FLIPPED * 100} % of the training labels flipped; seed ${SEED}\n`)

  const cells = new Map<string, Cell>()
  const cell = (...name: (string | number)[]) => {
    const key = name.join('|')
    if (!cells.has(key)) cells.set(key, empty())
    return cells.get(key)!
  }
  const sets = qualitySets(folder).map(({ name, learn, test }) => ({ name, posts: distinct([...learn(), ...test()]) }))
  for (const { name, posts } of sets) {
    for (let run = 0; run < runs; run++) {
      const story = tell(posts, SEED + run)
      for (const window of WINDOWS) {
        const windows = windowsOf(story, window)
        for (const [rule, decide] of Object.entries(RULES)) {
          play(story, windows, decide, true, [cell(name, window, rule), cell('all', window, rule)])
        }
        play(story, windows, byGate(true), false, [
          cell(name, window, 'never spoiled'),
          cell('all', window, 'never spoiled'),
        ])
      }
    }
    report(name, cell)
  }
  report('all', cell)

  const limit = upperLimit(cell('all', 200, 'gate').promotedSpoiled, cell('all', 200, 'gate').spoiled)
  const lost = (window: number) =>
    100 * (mean(cell('all', window, 'never spoiled').live) - mean(cell('all', window, 'gate').live))
  promise(`at least 500 spoiled challengers at window 200`, cell('all', 200, 'gate').spoiled, (n) => n >= 500)
  promise('spoiled ones promoted at window 200, upper 95 % limit: at most 2 %', 100 * limit, (share) => share <= 2)
  promise('live macro-F1 lost at window 200: at most 1 point', lost(200), (points) => points <= 1)
  promise('live macro-F1 lost at window 100: at most 2 points', lost(100), (points) => points <= 2)
}

function promise(words: string, value: number, holds: (value: number) => boolean): void {
  console.log(`${holds(value) ? 'holds' : 'DOES NOT HOLD'}: ${words}: ${value.toFixed(2)}`)
  if (!holds(value)) process.exitCode = 1
}

interface Story {
  sound: Trained[]
  spoiled: (Trained | undefined)[]
  stream: EvaluationLine[]
}

/** The models of a run, day by day: on labels as they are, and on spoiled days on flipped ones as well. */
function tell(posts: readonly Post[], seed: number): Story {
  const random = mulberry32(seed)
  const shuffled = shuffle(posts, random)
  const learnt = shuffled.slice(0, FIRST_LABELS + DAYS * LABELS_A_DAY)
  const held = shuffled.slice(learnt.length)
  const stream = held.slice(0, MOST_WINDOW + DAYS * EVALUATED_A_DAY).map(itemOf)
  const outside = held.slice(stream.length).map(itemOf)
  const labels = [...new Set(posts.map(({ label }) => label))].sort()

  const learn = (day: number, isSpoiled: boolean): Trained => {
    const known = learnt.slice(0, FIRST_LABELS + day * LABELS_A_DAY)
    const given = isSpoiled ? flip(known, labels, random) : known
    const model = train(
      given.map(({ line }) => line),
      MODEL,
    )
    const asked = [...stream, ...outside]
    const unknown = labels.map((label) => ({ label, probability: 1 / labels.length }))
    const ranked = [
      ...predictAll(
        model,
        asked.map(({ text }) => text),
        labels.length,
      ),
    ]
    const named = (predictions: Prediction[]) =>
      predictions.length === 0 ? unknown : predictions.map((one) => ({ ...one, label: categoryOf(one.label) }))
    const answers = new Map(asked.map(({ text }, i) => [text, named(ranked[i]!)]))
    const judged = outside.map(({ text, label }) => ({ truths: [label], predictions: answers.get(text)! }))
    return {
      lines: given.map(({ line }) => line),
      isSpoiled,
      answers,
      dataset: describe(given, labels),
      macroF1: metrics(judged).macroF1,
    }
  }
  const days = Array.from({ length: DAYS + 1 }, (_, day) => day)
  return {
    sound: days.map((day) => learn(day, false)),
    spoiled: days.map((day) => (day > 0 && random() < SPOILED_DAYS ? learn(day, true) : undefined)),
    stream,
  }
}

/** The newest items of each day. */
function windowsOf({ stream }: Story, size: number): Window[] {
  return Array.from({ length: DAYS + 1 }, (_, day) => {
    const until = MOST_WINDOW + day * EVALUATED_A_DAY
    return { items: stream.slice(until - size, until), measured: new Map() }
  })
}

/** Let one rule decide, day by day, from the first model on. */
function play({ sound, spoiled }: Story, windows: Window[], rule: Rule, isSpoiled: boolean, cells: Cell[]): void {
  const gate = settings.shape.gate.parse(undefined)
  let champion = sound[0]!
  for (let day = 1; day <= DAYS; day++) {
    const challenger = (isSpoiled ? spoiled[day] : undefined) ?? sound[day]!
    const promoted = rule(challenger, champion, windows[day]!, gate, day)
    if (promoted) champion = challenger
    for (const cell of cells) {
      cell[challenger.isSpoiled ? 'spoiled' : 'sound'] += 1
      if (promoted) cell[challenger.isSpoiled ? 'promotedSpoiled' : 'promotedSound'] += 1
      cell.live.push(champion.macroF1)
    }
  }
}

function report(name: string, cell: (...name: (string | number)[]) => Cell): void {
  console.log(name)
  console.log('  window  rule           spoiled  promoted  upper 95 %  sound promoted  live macro-F1')
  for (const window of WINDOWS) {
    for (const rule of [...Object.keys(RULES), 'never spoiled']) {
      const { spoiled, promotedSpoiled, sound, promotedSound, live } = cell(name, window, rule)
      const limit = spoiled > 0 ? `${(100 * upperLimit(promotedSpoiled, spoiled)).toFixed(2)} %` : '–'
      console.log(
        [
          `  ${String(window).padEnd(6)}`,
          rule.padEnd(13),
          String(spoiled).padStart(7),
          String(promotedSpoiled).padStart(8),
          limit.padStart(10),
          `${((100 * promotedSound) / sound).toFixed(1)} %`.padStart(14),
          mean(live).toFixed(4).padStart(13),
        ].join('  '),
      )
    }
  }
  console.log('')
}

/** One post of each cascade, in the order of the cascades. */
const distinct = (posts: readonly Post[]): Post[] => [...new Map(posts.map((post) => [post.group, post])).values()]

const textOf = ({ line }: Post): string => line.slice(line.indexOf(' ') + 1)

const itemOf = (post: Post): EvaluationLine => ({
  item: post.group,
  post: post.group,
  text: textOf(post),
  label: post.label,
  hashtags: ['bench'],
  date: '2026-01-01',
  size: 1,
  inclusionProbability: null,
  labelled: '2026-01-01',
})

function flip(posts: readonly Post[], labels: readonly string[], random: () => number): Post[] {
  const chosen = new Set(shuffle(posts, random).slice(0, Math.round(posts.length * FLIPPED)))
  return posts.map((post) => {
    if (!chosen.has(post)) return post
    const others = labels.filter((label) => label !== post.label)
    const label = others[Math.floor(random() * others.length)]!
    return { ...post, label, line: `__label__${label} ${textOf(post)}` }
  })
}

function describe(given: readonly Post[], labels: string[]): Contender['dataset'] {
  const count = (label: string) => given.filter((post) => post.label === label).length
  return {
    datasetId: String(given.length),
    latestDate: '',
    schemaVersion: 1,
    textVersion: TEXT_VERSION,
    rows: { train: given.length, validation: 0, evaluation: 0 },
    labels,
    classes: Object.fromEntries(labels.map((label) => [label, { train: count(label), validation: 0, evaluation: 0 }])),
  }
}

function shuffle<T>(list: readonly T[], random: () => number): T[] {
  const copy = [...list]
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[copy[i], copy[j]] = [copy[j]!, copy[i]!]
  }
  return copy
}

/** Clopper and Pearson's upper limit, one-sided, of a share of which k of n were seen. */
function upperLimit(k: number, n: number): number {
  if (k >= n) return 1
  let [low, high] = [0, 1]
  while (high - low > 1e-9) {
    const p = (low + high) / 2
    let term = (1 - p) ** n
    let tail = term
    for (let i = 0; i < k; i++) {
      term *= ((n - i) / (i + 1)) * (p / (1 - p))
      tail += term
    }
    if (tail > 0.05) low = p
    else high = p
  }
  return low
}

const dayName = (day: number): string => new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10)
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

main()

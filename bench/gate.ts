import { type Contender, type Contest, type Gate, judge } from '../services/evaluator/gate'
import { measured as measuredAnswers, type MeasuredModel } from '../services/evaluator/measuring/measure'
import { countRelabelled } from '../services/evaluator/relabelled'
import { categoryOf } from '../shared/engines/training-lines'
import { countWords, posteriorOf } from '../shared/engines/naive-bayes/word-counts'
import { type Hyperparameters, predictAll, train } from '../packages/fasttext/src'
import type { EvaluationLine } from '../shared/records'
import { settings } from '../shared/settings'
import { mulberry32 } from '../shared/statistics/random'
import { TEXT_VERSION } from '../shared/text'
import { DATA_USAGE } from './labelled-sets'
import { type Post, qualitySets } from './quality-sets'
import { shuffle } from './labelling-stream'
import { benchOptions } from './options'

const USAGE = `
node bin/run.mjs bench/gate.ts --data FOLDER [--runs 20]

What does the gate let through? Simulates many months of a pipeline: every day each engine trains a model on all labels so far,
and the gate judges each. On some days a quarter of the training labels is flipped. In a second variant of the same month all
labels of those days are flipped, and the older ones are right. The contests are the evaluator's own, with its gate and its
default settings. The rule of decision 0070, which this gate replaced, is shown beside it.
Ends with 1 where a promise does not hold.

  ${DATA_USAGE}
  --runs N        simulated months for each set
`

const DAYS = 30
const FIRST_LABELS = 100
const LABELS_A_DAY = 30
const EVALUATED_A_DAY = 30
const SPOILED_DAYS = 0.15
const FLIPPED = 0.25
/** Posts outside every window, which measure a model's true quality. */
const MOST_OUTSIDE = 1500
const SEED = 20261126
/** A model is truly better, or worse, if it differs by more than this on posts outside every window. */
const POINT = 0.01

const GATE: Gate = settings.shape.gate.parse(undefined)

const MODEL: Partial<Hyperparameters> = {
  vectorDim: 10,
  learningRate: 0.5,
  epochs: 25,
  wordNgrams: 2,
  minCount: 1,
  buckets: 20_000,
}

/** A model's predictions for every text that it may be asked about. */
interface Trained {
  engine: string
  day: number
  lines: readonly string[]
  isSpoiled: boolean
  /** Probabilities in the order of the labels. */
  answers: ReadonlyMap<string, readonly number[]>
  dataset: Contender['dataset']
  /** Measured on posts outside every window. */
  macroF1: number
}

/** Trains on posts. Classifies texts with probabilities in the order of the labels, or undefined without a known feature. */
type Learn = (given: readonly Post[], labels: readonly string[], texts: readonly string[]) => (number[] | undefined)[]

const fastText =
  (more: Partial<Hyperparameters>): Learn =>
  (given, labels, texts) => {
    const model = train(
      given.map(({ line }) => line),
      { ...MODEL, ...more },
    )
    return [...predictAll(model, texts, labels.length)].map((predictions) => {
      if (predictions.length === 0) return undefined
      const byLabel = new Map(predictions.map(({ label, probability }) => [categoryOf(label), probability]))
      return labels.map((label) => byLabel.get(label) ?? 0)
    })
  }

const naiveBayes: Learn = (given, labels, texts) => {
  const counts = countWords(given.map((post) => ({ words: textOf(post).split(' '), label: post.label })))
  const posterior = posteriorOf(counts, 1)
  return texts.map((text) => {
    const probabilities = posterior(text.split(' '))
    return probabilities && labels.map((label) => probabilities[counts.labels.indexOf(label)] ?? 0)
  })
}

const ENGINES: Record<string, Learn> = {
  fasttext: fastText({}),
  'naive-bayes': naiveBayes,
  characters: fastText({ minCharacters: 3, maxCharacters: 4, wordNgrams: 1 }),
  // These two are as good as the first: only their random numbers differ.
  'seed 1': fastText({ seed: 1 }),
  'seed 2': fastText({ seed: 2 }),
}
const LINE_UPS: Record<string, readonly string[]> = {
  'one engine': ['fasttext'],
  'three engines': ['fasttext', 'naive-bayes', 'characters'],
  'three equal engines': ['fasttext', 'seed 1', 'seed 2'],
}

interface Counted {
  seen: number
  promoted: number
}

interface Cell {
  months: number
  spoiled: Counted
  spoiledNew: Counted
  better: Counted
  /** Better models of the live engine. */
  betterOfEngine: Counted
  worse: Counted
  promotions: number
  switches: number
  live: number[]
  behind: number
}

const none = (): Counted => ({ seen: 0, promoted: 0 })
const emptyCell = (): Cell => ({
  months: 0,
  spoiled: none(),
  spoiledNew: none(),
  better: none(),
  betterOfEngine: none(),
  worse: none(),
  promotions: 0,
  switches: 0,
  live: [],
  behind: 0,
})

/** The items of a day. A model's measurement on them is cached for all rules. */
interface Window {
  items: readonly EvaluationLine[]
  measured: Map<Trained | 'majority', MeasuredModel>
}

function measuredOn({ items, measured }: Window, model: Trained | 'majority', labels: string[]): MeasuredModel {
  const known = measured.get(model)
  if (known) return known
  const shares = labels.map((label) => items.filter((item) => item.label === label).length / items.length)
  const said = items.map(({ text }) =>
    model === 'majority'
      ? { probabilities: shares, basis: 'prior' as const }
      : { probabilities: model.answers.get(text) ?? shares, basis: 'text' as const },
  )
  const fresh = measuredAnswers({ labels, said }, items, labels)
  measured.set(model, fresh)
  return fresh
}

/** A rule that decides whether a challenger goes live. */
type Rule = (contest: Contest) => boolean

const RULES: Record<string, Rule> = {
  gate: (contest) => judge(contest, GATE).promote,
  'by scores': (contest) => judge({ ...contest, relabelled: { shared: 0, changed: 0 } }, GATE).promote,
  'rule 0070': (contest) => isNotWorseBy0070(contest),
  always: () => true,
}

const REPLACED = new Set(['not-surely-worse', 'other-engine', 'near-the-best', 'keeps-recall'])

/**
 * Decision 0070. It has the gate's remaining conditions. The macro-F1 is not lower, and lower by less than 5 points in 95 %
 * of resampled windows. No class of 30 items loses more than 5 points of recall.
 */
function isNotWorseBy0070(contest: Contest): boolean {
  if (judge(contest, GATE).gate.some(({ name, passed }) => !passed && !REPLACED.has(name))) return false
  const [now, before] = [contest.challenger.measured, contest.champion?.measured]
  if (!now || !before) return true
  const difference = (now.scores.macroF1 ?? 0) - (before.scores.macroF1 ?? 0)
  const areEquallyLate = contest.challenger.dataset.latestDate === contest.champion?.dataset.latestDate
  if (difference < 0 || (areEquallyLate && difference === 0)) return false
  const notWorse =
    now.resampled.filter((value, i) => value - before.resampled[i]! > -0.05).length / now.resampled.length
  const keepsRecall = before.scores.classes.every(
    ({ items, recall }, i) => items < 30 || (recall ?? 0) - (now.scores.classes[i]?.recall ?? 0) <= 0.05 + 1e-9,
  )
  return notWorse >= 0.95 && keepsRecall
}

function main(): void {
  const { values } = benchOptions(
    USAGE,
    { data: { type: 'string', default: '' }, runs: { type: 'string', default: '20' } },
    { needs: ['data'] },
  )
  const runs = Number(values.runs)
  console.log(
    `${runs} runs of ${DAYS} days for each set; ${FIRST_LABELS} training labels and ${LABELS_A_DAY} more a day; ${EVALUATED_A_DAY} evaluation labels a day,`,
  )
  console.log(
    `the newest ${GATE.window} are the window; ${100 * SPOILED_DAYS} % of days with ${100 * FLIPPED} % of all training labels flipped; seed ${SEED}\n`,
  )

  const cells = new Map<string, Cell>()
  const cell = (...name: string[]) => {
    const key = name.join('|')
    const found = cells.get(key) ?? emptyCell()
    cells.set(key, found)
    return found
  }
  for (const { name, learn, test } of qualitySets(values.data)) {
    const posts = distinct([...learn(), ...test()])
    for (let run = 0; run < runs; run++) {
      const story = tell(posts, SEED + run)
      for (const [lineUp, engines] of Object.entries(LINE_UPS))
        for (const [rule, decide] of Object.entries(RULES)) {
          const both = [cell(name, lineUp, rule), cell('all', lineUp, rule)]
          play(story, engines, decide, 'all labels', both)
          play(story, engines, decide, 'new labels', both)
          if (rule === 'gate') play(story, engines, decide, 'never', [cell('all', lineUp, 'never spoiled')])
        }
    }
    report(name, cell)
  }
  report('all', cell)
  for (const lineUp of ['one engine', 'three engines']) {
    const [gate, former] = [cell('all', lineUp, 'gate'), cell('all', lineUp, 'rule 0070')]
    const refused = lineUp === 'one engine' ? gate.better : gate.betterOfEngine
    promise(`${lineUp}: truly better models refused, %: at most 25`, 100 * (1 - shareOf(refused)), (n) => n <= 25)
    const limit = 100 * upperLimit(gate.spoiled.promoted, gate.spoiled.seen)
    promise(`${lineUp}: spoiled models promoted, upper 95 % limit, %: at most 2`, limit, (n) => n <= 2)
    const gained = 100 * (mean(gate.live) - mean(former.live))
    promise(`${lineUp}: points of live macro-F1 above rule 0070: at least 0.5`, gained, (n) => n >= 0.5)
    const lost = 100 * (mean(cell('all', lineUp, 'never spoiled').live) - mean(gate.live))
    promise(`${lineUp}: points of live macro-F1 lost to spoiled days: at most 1`, lost, (n) => n <= 1)
  }
  const { switches, months } = cell('all', 'three equal engines', 'gate')
  promise('three equal engines: switches a month: at most 3', switches / months, (n) => n <= 3)
}

function promise(words: string, value: number, holds: (value: number) => boolean): void {
  console.log(`${holds(value) ? 'holds' : 'DOES NOT HOLD'}: ${words}: ${value.toFixed(2)}`)
  if (!holds(value)) process.exitCode = 1
}

/** The models of a month by engine and day: trained on the given labels, and on spoiled days also on flipped ones. */
interface Story {
  labels: string[]
  sound: Map<string, Trained>[]
  spoiled: Record<'all labels' | 'new labels', (Map<string, Trained> | undefined)[]>
  windows: Window[]
}

function tell(posts: readonly Post[], seed: number): Story {
  const random = mulberry32(seed)
  const shuffled = shuffle(posts, random)
  const learnt = shuffled.slice(0, FIRST_LABELS + DAYS * LABELS_A_DAY)
  const held = shuffled.slice(learnt.length)
  const stream = held.slice(0, (DAYS + 1) * EVALUATED_A_DAY + GATE.minimumEvaluation).map(itemOf)
  const outside = held.slice(stream.length, stream.length + MOST_OUTSIDE).map(itemOf)
  const labels = [...new Set(posts.map(({ label }) => label))].sort()
  const asked = [...stream, ...outside].map(({ text }) => text)

  const learn = (day: number, given: readonly Post[], isSpoiled: boolean): Map<string, Trained> => {
    const lines = given.map(({ line }) => line)
    const dataset = describe(given, labels, day)
    const prior = labels.map((label) => given.filter((post) => post.label === label).length / given.length)
    return new Map(
      Object.entries(ENGINES)
        .filter(([engine]) => !isSpoiled || !engine.startsWith('seed'))
        .map(([engine, learnFrom]) => {
          const answers = new Map(learnFrom(given, labels, asked).map((said, i) => [asked[i]!, said ?? prior]))
          const macroF1 = macroF1Of(outside, answers, labels)
          for (const { text } of outside) answers.delete(text)
          return [engine, { engine, day, lines, isSpoiled, answers, dataset, macroF1 }]
        }),
    )
  }
  const known = (day: number) => learnt.slice(0, FIRST_LABELS + day * LABELS_A_DAY)
  const days = Array.from({ length: DAYS + 1 }, (_, day) => day)
  const isSpoiledDay = days.map((day) => day > 0 && random() < SPOILED_DAYS)
  const spoil = (flipped: (day: number) => Post[]) =>
    days.map((day) => (isSpoiledDay[day] ? learn(day, flipped(day), true) : undefined))
  return {
    labels,
    sound: days.map((day) => learn(day, known(day), false)),
    spoiled: {
      'all labels': spoil((day) => flip(known(day), FLIPPED, labels, random)),
      'new labels': spoil((day) => [
        ...known(day - 1),
        ...flip(known(day).slice(known(day - 1).length), 1, labels, random),
      ]),
    },
    windows: days.map((day) => {
      const until = GATE.minimumEvaluation + day * EVALUATED_A_DAY
      return { items: stream.slice(Math.max(0, until - GATE.window), until), measured: new Map() }
    }),
  }
}

/** A model that was live, its macro-F1 at its promotion, and the day on which another replaced it. */
interface Former {
  model: Trained
  macroF1: number
  until: number
}

/** Lets one rule decide, day by day, from the first model of the first engine on. */
function play(
  { labels, sound, spoiled, windows }: Story,
  engines: readonly string[],
  rule: Rule,
  spoiling: 'all labels' | 'new labels' | 'never',
  cells: readonly Cell[],
): void {
  const scoreOn = (day: number, model: Trained) => measuredOn(windows[day]!, model, labels).scores.macroF1 ?? 0
  let champion = sound[0]!.get(engines[0]!)!
  let championScore = scoreOn(0, champion)
  const formers: Former[] = []
  const ahead = new Map<string, boolean[]>()
  let switched: number | undefined
  for (let day = 1; day <= DAYS; day++) {
    const window = windows[day]!
    for (const engine of engines) {
      const spoiledModel = spoiling === 'never' ? undefined : spoiled[spoiling][day]?.get(engine)
      const challenger = spoiledModel ?? sound[day]!.get(engine)!
      const holds = (job: string, model: Trained): Contender => ({
        job,
        engine: model.engine,
        labels,
        dataset: model.dataset,
        measured: measuredOn(window, model, labels),
      })
      const late = formers.filter(({ until }) => until >= day - GATE.recentDays)
      const best = late.reduce<Former | undefined>(
        (most, one) => (most && most.macroF1 >= one.macroF1 ? most : one),
        undefined,
      )
      const days = (ahead.get(engine) ?? []).toReversed()
      const gap = days.indexOf(false)
      const promoted = rule({
        challenger: holds('challenger', challenger),
        champion: holds('champion', champion),
        best: best ? { job: 'best', macroF1: scoreOn(day, best.model) } : null,
        daysAhead: gap < 0 ? days.length : gap,
        daysSinceSwitch: switched === undefined ? null : day - switched,
        isOutgrown: false,
        majority: measuredOn(window, 'majority', labels).scores,
        window: { items: window.items.length, leaked: 0 },
        relabelled: countRelabelled(champion.lines, challenger.lines),
      })
      const isOther = engine !== champion.engine
      const isAhead = isOther && scoreOn(day, challenger) > scoreOn(day, champion)
      ahead.set(engine, [...(ahead.get(engine) ?? []), isAhead])
      for (const cell of cells) count(cell, spoiling, challenger, champion, promoted)
      if (!promoted) continue
      if (isOther) switched = day
      formers.push({ model: champion, macroF1: championScore, until: day })
      champion = challenger
      championScore = scoreOn(day, champion)
    }
    if (spoiling === 'new labels') continue
    const reachable = Math.max(...engines.map((engine) => sound[day]!.get(engine)!.macroF1))
    for (const cell of cells) {
      cell.live.push(champion.macroF1)
      if (reachable - champion.macroF1 > POINT) cell.behind += 1
    }
  }
  if (spoiling !== 'new labels') for (const cell of cells) cell.months += 1
}

function count(
  cell: Cell,
  spoiling: 'all labels' | 'new labels' | 'never',
  challenger: Trained,
  champion: Trained,
  promoted: boolean,
): void {
  const add = (counted: Counted) => {
    counted.seen += 1
    if (promoted) counted.promoted += 1
  }
  if (spoiling === 'new labels') {
    if (challenger.isSpoiled) add(cell.spoiledNew)
    return
  }
  if (promoted) {
    cell.promotions += 1
    if (challenger.engine !== champion.engine) cell.switches += 1
  }
  if (challenger.isSpoiled) return add(cell.spoiled)
  const better = challenger.macroF1 - champion.macroF1
  if (better > POINT) add(cell.better)
  if (better > POINT && challenger.engine === champion.engine) add(cell.betterOfEngine)
  if (better < -POINT) add(cell.worse)
}

function report(name: string, cell: (...name: string[]) => Cell): void {
  const headings = [
    'live macro-F1',
    'promotions',
    'switches',
    'worse promoted',
    'better refused',
    'of its engine',
    'days behind',
    'spoiled',
    'promoted',
    'upper 95 %',
    'new spoiled',
    'promoted',
  ]
  console.log(name)
  for (const lineUp of Object.keys(LINE_UPS)) {
    console.log([`  ${lineUp}`.padEnd(22), ...headings].join('  '))
    for (const rule of name === 'all' ? [...Object.keys(RULES), 'never spoiled'] : Object.keys(RULES)) {
      const one = cell(name, lineUp, rule)
      const { spoiled, spoiledNew, better, betterOfEngine, worse, months } = one
      const share = (counted: Counted) => (counted.seen === 0 ? '–' : percent(1 - shareOf(counted)))
      const figures = [
        (100 * mean(one.live)).toFixed(2),
        (one.promotions / months).toFixed(1),
        (one.switches / months).toFixed(2),
        (worse.promoted / months).toFixed(2),
        share(better),
        share(betterOfEngine),
        percent(one.behind / one.live.length),
        String(spoiled.seen),
        String(spoiled.promoted),
        spoiled.seen === 0 ? '–' : percent(upperLimit(spoiled.promoted, spoiled.seen)),
        String(spoiledNew.seen),
        String(spoiledNew.promoted),
      ]
      console.log(
        [`    ${rule}`.padEnd(22), ...figures.map((figure, i) => figure.padStart(headings[i]!.length))].join('  '),
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

/** Gives a share of the posts, chosen at random, another label. */
function flip(posts: readonly Post[], share: number, labels: readonly string[], random: () => number): Post[] {
  const chosen = new Set(shuffle(posts, random).slice(0, Math.round(posts.length * share)))
  return posts.map((post) => {
    if (!chosen.has(post)) return post
    const others = labels.filter((label) => label !== post.label)
    const label = others[Math.floor(random() * others.length)]!
    return { ...post, label, line: `__label__${label} ${textOf(post)}` }
  })
}

function describe(given: readonly Post[], labels: string[], day: number): Contender['dataset'] {
  const countOf = (label: string) => given.filter((post) => post.label === label).length
  return {
    datasetId: String(given.length),
    latestDate: new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10),
    schemaVersion: 1,
    textVersion: TEXT_VERSION,
    rows: { train: given.length, validation: 0, evaluation: 0 },
    labels,
    classes: Object.fromEntries(
      labels.map((label) => [label, { train: countOf(label), validation: 0, evaluation: 0 }]),
    ),
  }
}

/** Mean F1 over the classes that some item truly has. */
function macroF1Of(
  items: readonly EvaluationLine[],
  answers: ReadonlyMap<string, readonly number[]>,
  labels: readonly string[],
): number {
  const judged = items.map(({ text, label }) => {
    // Every text has a prediction.
    const said = answers.get(text)!
    return { label, answer: labels[said.indexOf(Math.max(...said))] }
  })
  const scores = labels.flatMap((label) => {
    const gold = judged.filter((one) => one.label === label).length
    const given = judged.filter((one) => one.answer === label).length
    const right = judged.filter((one) => one.label === label && one.answer === label).length
    return gold === 0 ? [] : [(2 * right) / (gold + given)]
  })
  return mean(scores)
}

/** Clopper and Pearson's one-sided upper limit of a share, given k successes of n. */
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

const shareOf = ({ seen, promoted }: Counted): number => promoted / seen
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

main()

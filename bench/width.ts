import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { ROOT } from '../local/root'
import { dayAfter } from '../shared/utc-day'
import { DATA_USAGE } from './labelled-sets'
import { benchOptions } from './options'
import { twoWeeksOf } from './two-weeks'

const USAGE = `
node bin/run.mjs bench/width.ts --data FOLDER [--base 0f95a04] [--mistakes 0,0.05] [--seeds 1] [--days 14] [--per-day 220]
                                [--labels 60] [--sets corporate,emotion,irony] [--keep KEPT]

How wide are the intervals of the whole product, and how far off are its shares, compared with an earlier commit that gets the same
posts, number of labels and mistakes? Both trees replay the days of each set with npm start -- --once, and the days that both
report are compared. A replay takes a minute or two of both cores: 12 of them by default. Two weeks are
too few to compare errors: bench/redrawn.ts averages chance out.

  ${DATA_USAGE}
  --base COMMIT   a commit of this repository, or a folder that has one checked out
  --mistakes P,…  how often simulated annotators err
  --seeds N       repetitions
  --days N        days of each replay
  --per-day N     posts of each day
  --labels N      labels of each day
  --sets A,…      sets to use
  --keep KEPT     store the summaries in this folder; a base whose summary is there is not replayed again
`

const { values: options } = benchOptions(
  USAGE,
  {
    data: { type: 'string', default: '' },
    /** A commit of this repository, or a folder that has one checked out. */
    base: { type: 'string', default: '0f95a04' },
    mistakes: { type: 'string', default: '0,0.05' },
    seeds: { type: 'string', default: '1' },
    days: { type: 'string', default: '14' },
    'per-day': { type: 'string', default: '220' },
    labels: { type: 'string', default: '60' },
    sets: { type: 'string', default: 'corporate,emotion,irony' },
    keep: { type: 'string', default: '' },
  },
  { needs: ['data'] },
)

const FIRST_DAY = '2026-03-01'
/** Maximum ratios of widths and errors to the base, by mistakes, as geometric means over the sets. */
const WANTED: Record<string, { width: number; rmse: number }> = {
  '0': { width: 0.87, rmse: 0.8 },
  '0.05': { width: 0.94, rmse: 0.87 },
}
/** Maximum loss of macro-F1 after two weeks compared with the base. */
const MOST_LOST = 0.015
/** The number of models whose gate scores are averaged: one window of some hundred posts is noisy. */
const LAST_MODELS = 3
/** Attempts of each replay. */
const ATTEMPTS = 3

const summary = z.object({
  shares: z.array(
    z.object({
      hashtag: z.string(),
      date: z.string().optional(),
      window: z.string().optional(),
      basis: z.string(),
      label: z.string(),
      share: z.number(),
      low: z.number(),
      high: z.number(),
      truth: z.number().optional(),
    }),
  ),
  models: z.array(z.object({ macroF1: z.number().nullable() })),
  labelling: z.object({ cascades: z.object({ evaluation: z.number(), training: z.number() }) }),
})
type Summary = z.infer<typeof summary>
type Share = Summary['shares'][number]

interface Compared {
  pairs: number
  width: number
  rmse: number
  covered: readonly [ours: number, base: number]
  macroF1: readonly [ours: number, base: number]
  /** Cascades labelled for training. */
  training: readonly [ours: number, base: number]
}

function main(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-width-'))
  const base = baseTree(folder)
  try {
    const cells: { mistakes: string; compared: Compared }[] = []
    console.log(
      'set        mistakes seed  shares  width  RMSE   covered: ours, base   macro-F1: ours, base   training labels: ours, base',
    )
    for (const mistakes of options.mistakes.split(',')) {
      for (const set of options.sets.split(',')) {
        for (let seed = 1; seed <= Number(options.seeds); seed++) {
          const posts = path.join(folder, `${set}-${seed}.jsonl`)
          writeFileSync(posts, postsOf(set, seed))
          const replayed = (tree: string) => replay(tree, folder, posts, mistakes, seed)
          const name = `${set}-${mistakes}-${seed}`
          const compared = compare(
            kept(`this-${name}`, () => replayed(ROOT), true),
            kept(`${path.basename(options.base)}-${name}`, () => replayed(base.tree)),
          )
          cells.push({ mistakes, compared })
          console.log(`${set.padEnd(10)} ${mistakes.padStart(8)} ${String(seed).padStart(4)} ${inWords(compared)}`)
        }
      }
    }
    for (const mistakes of options.mistakes.split(',')) {
      conclude(
        mistakes,
        cells.filter((cell) => cell.mistakes === mistakes).map(({ compared }) => compared),
      )
    }
  } finally {
    base.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A summary from the `--keep` folder; a missing one is made and stored there. */
function kept(name: string, make: () => Summary, isMadeAnew = false): Summary {
  if (!options.keep) return make()
  const file = path.join(options.keep, `${name}.json`)
  if (!isMadeAnew && existsSync(file)) return summary.parse(JSON.parse(readFileSync(file, 'utf8')))
  const made = make()
  mkdirSync(options.keep, { recursive: true })
  writeFileSync(file, JSON.stringify(made))
  return made
}

/** The tree of the base commit, with the node_modules of this one. */
function baseTree(folder: string): { tree: string; remove: () => void } {
  if (existsSync(options.base)) return { tree: path.resolve(options.base), remove: () => undefined }
  const tree = path.join(folder, 'base')
  const git = (...words: string[]) => execFileSync('git', words, { cwd: ROOT, stdio: 'pipe' })
  git('worktree', 'add', '--detach', tree, options.base)
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(tree, 'node_modules'))
  return { tree, remove: () => void git('worktree', 'remove', '--force', tree) }
}

/** Two weeks of a set, as a file of posts that a replay reads. */
function postsOf(set: string, seed: number): string {
  const posts = twoWeeksOf(options.data, set, seed, Number(options.days), Number(options['per-day']))
  const perDay = posts.filter(({ day }) => day === 0).length
  return posts
    .map(({ text, label, day }, i) => {
      const minute = Math.floor(((i % perDay) * 1440) / perDay)
      const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00Z`
      const createdAt = `${dayAfter(FIRST_DAY, day)}T${time}`
      return `${JSON.stringify({ id: String(100_000 + i), createdAt, hashtag: 'talk', text, label })}\n`
    })
    .join('')
}

function replay(tree: string, folder: string, posts: string, mistakes: string, seed: number): Summary {
  const file = path.join(folder, 'summary.json')
  const given = ['--once', '--posts', posts, '--mistakes', mistakes, '--seed', String(seed), '--summary', file]
  const words = ['start', '--silent', '--', ...given, '--labels-per-day', options.labels]
  for (let attempt = 1; ; attempt++) {
    const { status, stderr, stdout } = spawnSync('npm', words, { cwd: tree, encoding: 'utf8' })
    if (status === 0) return summary.parse(JSON.parse(readFileSync(file, 'utf8')))
    // On a busy machine a function may time out.
    if (attempt === ATTEMPTS) throw new Error(`npm ${words.join(' ')} in ${tree}: ${stderr || stdout}`)
  }
}

/** Compares shares of days by posts. The sets have hardly any copies, so shares by messages are the same. */
function compare(ours: Summary, base: Summary): Compared {
  const name = ({ hashtag, date, label }: Share) => `${hashtag} ${date} ${label}`
  const daysOf = ({ shares }: Summary) =>
    new Map(shares.filter(({ date, basis }) => date !== undefined && basis === 'posts').map((one) => [name(one), one]))
  const [own, before] = [daysOf(ours), daysOf(base)]
  const pairs = [...own].flatMap(([key, share]) => {
    const other = before.get(key)
    return other ? [[share, other] as const] : []
  })
  const of = (place: 0 | 1) => pairs.map((pair) => pair[place])
  const widthOf = (shares: readonly Share[]) => mean(shares.map(({ low, high }) => high - low))
  const rmseOf = (shares: readonly Share[]) =>
    Math.sqrt(mean(shares.map(({ share, truth = share }) => (share - truth) ** 2)))
  const coveredOf = (shares: readonly Share[]) =>
    mean(
      shares.map(({ low, high, truth }) => Number(truth !== undefined && low - 1e-9 <= truth && truth <= high + 1e-9)),
    )
  return {
    pairs: pairs.length,
    width: widthOf(of(0)) / widthOf(of(1)),
    rmse: rmseOf(of(0)) / rmseOf(of(1)),
    covered: [coveredOf(of(0)), coveredOf(of(1))],
    macroF1: [macroF1Of(ours), macroF1Of(base)],
    training: [ours.labelling.cascades.training, base.labelling.cascades.training],
  }
}

const macroF1Of = ({ models }: Summary): number =>
  mean(models.flatMap(({ macroF1 }) => macroF1 ?? []).slice(-LAST_MODELS))

function conclude(mistakes: string, compared: readonly Compared[]): void {
  const geometric = (of: (one: Compared) => number) => Math.exp(mean(compared.map((one) => Math.log(of(one)))))
  const [width, rmse] = [geometric((one) => one.width), geometric((one) => one.rmse)]
  const lost = mean(compared.map(({ macroF1: [ours, base] }) => base - ours))
  const wanted = WANTED[mistakes]
  console.log(
    `\nmistakes ${mistakes}, geometric means: width ${width.toFixed(3)}${wanted ? ` (to reach: ${wanted.width})` : ''}, ` +
      `RMSE ${rmse.toFixed(3)}${wanted ? ` (${wanted.rmse})` : ''}; macro-F1 ${(-100 * lost).toFixed(1)} points beside the base ` +
      `(at least ${-100 * MOST_LOST})`,
  )
  if (wanted && (width > wanted.width || rmse > wanted.rmse)) process.exitCode = 1
  if (lost > MOST_LOST) process.exitCode = 1
}

const inWords = ({ pairs, width, rmse, covered, macroF1, training }: Compared): string =>
  `${String(pairs).padStart(7)} ${width.toFixed(3).padStart(6)} ${rmse.toFixed(3).padStart(5)} ` +
  `${covered.map(percent).join(', ').padStart(21)} ${macroF1
    .map((score) => score.toFixed(3))
    .join(', ')
    .padStart(22)} ${training.join(', ').padStart(31)}`

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

main()

import { unlearnt } from '../services/analyzer/learnt'
import { preTrainingScores } from '../services/labeling/sampling/pre-training-scores'
import { TRAINING_FROM } from '../services/labeling/sampling/draw'
import { byMargin } from '../services/labeling/sampling/margin'
import type { Classifier } from '../shared/engines/classifier'
import { nextFraction, seedRandom } from '../shared/fasttext/random'
import type { StandingLabel } from '../shared/labels'
import type { PlanRecord } from '../shared/records'
import { assistanceOf } from '../shared/statistics/assistance'
import { errorsOf, type Scored } from '../shared/statistics/classifier-errors'
import { differencePart, displayed, estimateOf } from '../shared/statistics/difference'
import { pacc } from '../shared/statistics/pacc'
import { fitTemperature, scaled } from '../shared/statistics/temperature'
import { modelOf, type Post, scoresOf, sets, shownOf } from './coverage-world'

// Days of a small hashtag, of whose posts the model has learnt many: what its fit to them does to the shares, and what is
// left of that where they count as the product has it.

const POSTS = 240
/** Labels for training that earlier days brought, of the evaluation window, and of the day itself. */
const BEFORE = 300
const WINDOW = 300
const LEARNT = 70
const LABELS = 30
/** Samples drawn of one day: a model is trained for each day, and a draw costs next to nothing. */
const DRAWS = 40

type Treatment = 'as it fits them' | 'as the product has it' | 'never seen'
interface Sums {
  bias: number
  width: number
  error: number
  covered: number
  pacc: { bias: number; error: number }
}

/** Every cell: the error of the headline and of PACC by how the posts count that the model has learnt from. */
export async function small(folder: string, days: number): Promise<void> {
  const models = Math.ceil(days / DRAWS)
  console.log(
    `\nsmall days, ${models} days of ${POSTS} posts and ${DRAWS} samples of ${LABELS} labels of each; ${LEARNT} posts of the day are in the training set, of ${BEFORE + LEARNT}; in points`,
  )
  console.log(
    'set                   share chosen by  these count            | headline: bias error width  covers | PACC: bias error',
  )
  for (const [place, set] of sets(folder).entries()) {
    const posts = set.unique.map(([, post]) => post)
    const natural = posts.filter(({ label }) => label === set.of).length / posts.length
    for (const share of [natural, Math.min(0.9, natural + 0.3)]) {
      for (const choice of ['random', 'margin'] as const) {
        const sums = await playCell(posts, set.of, share, choice, models, SEED + place)
        for (const [treatment, { bias, width, error, covered, pacc: second }] of Object.entries(sums)) {
          console.log(
            `${set.name.padEnd(21)}  ${share.toFixed(2)} ${choice.padEnd(10)} ${treatment.padEnd(22)} |` +
              ` ${points(bias).padStart(14)} ${points(error)} ${points(width)} ${(100 * covered).toFixed(1).padStart(5)} % | ${points(second.bias).padStart(10)} ${points(second.error)}`,
          )
        }
      }
    }
  }
}

const SEED = 2000

async function playCell(
  all: readonly Post[],
  of: string,
  share: number,
  choice: 'random' | 'margin',
  models: number,
  seed: number,
) {
  const state = seedRandom(seed)
  const classes = [...new Set(all.map(({ label }) => label))].sort()
  const at = classes.indexOf(of)
  const sums: Record<Treatment, Sums> = {
    'as it fits them': nothing(),
    'as the product has it': nothing(),
    'never seen': nothing(),
  }
  for (let i = 0; i < models; i++) {
    const pool = shuffled(all, state)
    const [before, window, other] = [pool.splice(0, BEFORE), pool.splice(0, WINDOW), pool.splice(0, LEARNT)]
    const day = dayOf(pool, of, share, state)
    const truth = day.filter(({ label }) => label === of).length / POSTS

    const candidates = day.map((post, id) => ({ id: String(id), text: shownOf(post), u: nextFraction(state) }))
    const open = candidates.filter(({ u }) => u >= TRAINING_FROM)
    const rest = candidates.filter(({ u }) => u < TRAINING_FROM)
    const chooser = modelOf(before)
    const chosen = (choice === 'margin' ? await byMargin(open, chooser) : open)
      .slice(0, LEARNT)
      .map(({ id }) => day[Number(id)]!)
    const learnt = new Set(chosen)

    const live = await calibrated(modelOf([...before, ...chosen]), window, classes)
    const fits = await live.of(day)
    const first = await calibrated(chooser, window, classes)
    const asked = chosen.map((post) => ({
      id: String(day.findIndex(({ text }) => text === post.text)),
      text: shownOf(post),
    }))
    const said = await preTrainingScores(
      { classifier: chooser, temperature: first.temperature },
      classes,
      asked,
      window.map((post, id) => ({ id: `window ${id}`, text: shownOf(post) })),
    )
    const given = new Map(
      asked.map(({ id }): [string, Pick<StandingLabel, 'label' | 'role'>] => [
        id,
        { label: day[Number(id)]!.label, role: 'training' },
      ]),
    )
    const plan: Pick<PlanRecord, 'items' | 'categories' | 'trainingChoice'> = {
      categories: classes,
      items: asked.map(({ id }) => ({
        item: id,
        post: id,
        role: 'training',
        hashtags: [],
        date: '2026-06-14',
        size: 1,
        inclusionProbability: null,
        judgements: 1,
        purpose: 'label',
        scores: said.scores.get(id),
      })),
      trainingChoice: { how: choice, job: null, macroF1: null, why: '', evaluation: said.evaluation },
    }
    const count = unlearnt(classes, given, choice === 'margin' ? [plan] : [], live.window)
    const unseen = await calibrated(modelOf([...before, ...other]), window, classes)
    const treatments: Record<Treatment, { scores: number[][]; window: Scored[] }> = {
      'as it fits them': { scores: fits, window: live.window },
      'as the product has it': { scores: fits.map((row, id) => count(String(id)) ?? row), window: live.window },
      'never seen': { scores: await unseen.of(day), window: unseen.window },
    }
    if (learnt.size !== LEARNT) throw new Error(`${learnt.size} posts were learnt from`)

    const samples = Array.from({ length: DRAWS }, () => shuffled(rest, state).slice(0, LABELS))
    for (const [name, { scores, window: scored }] of Object.entries(treatments) as [
      Treatment,
      (typeof treatments)[Treatment],
    ][]) {
      const means = classes.map((_, k) => mean(scores.map((row) => row[k]!)))
      const sum = sums[name]
      const off = pacc(errorsOf(scored, classes.length), means)[at]! - truth
      sum.pacc.bias += off / models
      sum.pacc.error += Math.abs(off) / models
      const assistance = assistanceOf(scored, means)
      const sampled = (id: string, inclusionProbability: number) => ({
        item: id,
        size: 1,
        inclusionProbability,
        label: classes.indexOf(day[Number(id)]!.label),
        judged: 'owner' as const,
        scores: scores[Number(id)]!,
      })
      const known = name === 'as the product has it' ? asked.map(({ id }) => sampled(id, 1)) : []
      for (const drawn of samples) {
        const sample = drawn.map(({ id }) => sampled(id, LABELS / POSTS))
        const part = differencePart([...sample, ...known], { total: POSTS, means }, 'posts', assistance)
        const one = displayed(estimateOf([part]).classes)[at]!
        sum.bias += (one.share - truth) / models / DRAWS
        sum.error += Math.abs(one.share - truth) / models / DRAWS
        sum.width += (one.high - one.low) / models / DRAWS
        sum.covered += Number(one.low <= truth && truth <= one.high) / models / DRAWS
      }
    }
  }
  return sums
}

/** A day with this share of the class, of posts of the pool. */
function dayOf(pool: readonly Post[], of: string, share: number, state: Uint32Array): Post[] {
  const own = pool.filter(({ label }) => label === of)
  const others = pool.filter(({ label }) => label !== of)
  return Array.from({ length: POSTS }, () => {
    const post = (nextFraction(state) < share ? own : others).pop()
    if (!post) throw new Error('the set is too small for such a day')
    return post
  })
}

/** A model with its temperature fitted on the window, and the window scored by it. */
async function calibrated(model: Classifier, window: readonly Post[], classes: readonly string[]) {
  const raw = await scoresOf(model, window, classes)
  const truths = window.map(({ label }) => classes.indexOf(label))
  const temperature = fitTemperature(raw.map((probabilities, i) => ({ probabilities, truth: truths[i]! })))
  return {
    temperature,
    window: raw.map((row, i) => ({ item: `window ${i}`, label: truths[i]!, scores: scaled(row, temperature) })),
    of: async (posts: readonly Post[]) =>
      (await scoresOf(model, posts, classes)).map((row) => scaled(row, temperature)),
  }
}

const shuffled = <T>(items: readonly T[], state: Uint32Array): T[] =>
  items
    .map((item) => ({ item, at: nextFraction(state) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)

const nothing = (): Sums => ({ bias: 0, width: 0, error: 0, covered: 0, pacc: { bias: 0, error: 0 } })
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const points = (share: number): string => (100 * share).toFixed(1).padStart(5)

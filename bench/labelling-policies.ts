import { byMargin, diversityFilter } from '../services/labeling/sampling/margin'
import { TRAINING_FROM } from '../services/labeling/sampling/draw'
import { classifierOf } from './fasttext-classifier'
import { type Model, predictAll, train } from '../shared/fasttext'
import { mulberry32 } from '../shared/statistics/random'
import { type Judge, type Message, shuffle, type Stream } from './labelling-stream'

/** What a policy does. */
export interface Policy {
  name: string
  /** A message is bought once, however often it is posted. */
  once: boolean
  /** From which macro-F1 on the evaluation items the model chooses; never, where it is left out. */
  marginFrom?: number
  /** Two items of a day's purchase are not alike. */
  variety: boolean
  /** Two judgements, a third where they differ; or one. */
  twoPlusOne: boolean
  /** Only messages whose permanent random number is as the service asks. */
  zone: boolean
}

const policy = (name: string, what: Partial<Policy> = {}): Policy => ({
  name,
  once: false,
  variety: false,
  twoPlusOne: false,
  zone: false,
  ...what,
})

export const NAIVE = policy('naive random')
export const SHIPPED = policy('shipped', { once: true, marginFrom: 0.65, variety: true, zone: true })
export const POLICIES: Policy[] = [
  NAIVE,
  policy('cascades once', { once: true }),
  policy('margin', { marginFrom: 0 }),
  policy('two plus one', { twoPlusOne: true }),
  policy('once, margin', { once: true, marginFrom: 0, variety: true }),
  policy('once, two plus one', { once: true, twoPlusOne: true }),
  policy('margin, two plus one', { marginFrom: 0, twoPlusOne: true }),
  policy('all three', { once: true, marginFrom: 0, variety: true, twoPlusOne: true }),
  SHIPPED,
]

/** What had been paid after a day, and how good the model was on the test. */
export interface Point {
  judgements: number
  macroF1: number
}

/** Evaluation items that a day adds, in the same way for all; they are paid for by another purse. */
const EVALUATION_A_DAY = 15

/** Buy `perDay` judgements a day and train after each day. */
export async function follow(
  policy: Policy,
  stream: Stream,
  judge: Judge,
  perDay: number,
  seed: number,
): Promise<Point[]> {
  const random = mulberry32(seed)
  const labelled: { message: Message; label: string }[] = []
  const bought = new Set<string>()
  const points: Point[] = []
  const zone = new Map(stream.pool.map(({ id }) => [id, random()]))
  const evaluation: Message[] = []
  let model: Model | undefined
  let spent = 0
  let budget = 0
  for (const posts of stream.days) {
    budget += perDay
    const arrived = posts.map((i) => stream.pool[i]!)
    evaluation.push(...new Set(arrived.filter(({ id }) => zone.get(id)! < TRAINING_FROM).slice(0, EVALUATION_A_DAY)))
    const evaluated = new Set(evaluation.map(({ id }) => id))
    const free = arrived.filter(
      ({ id }) =>
        (!policy.once || !bought.has(id)) && (!policy.zone || (zone.get(id)! >= TRAINING_FROM && !evaluated.has(id))),
    )
    const candidates = policy.once ? [...new Map(free.map((message) => [message.id, message])).values()] : free
    for (const message of await inOrder(policy, candidates, model, evaluation, random)) {
      if (spent >= budget) break
      bought.add(message.id)
      const { label, judgements } = judged(policy, message, judge)
      spent += judgements
      if (label !== undefined) labelled.push({ message, label })
    }
    model = train(
      labelled.map(({ message, label }) => `__label__${label} ${message.tokens}`),
      { vectorDim: 10, learningRate: 0.5, epochs: 25, wordNgrams: 2, minCount: 1, buckets: 20_000, seed },
    )
    points.push({ judgements: spent, macroF1: macroF1(model, stream.test) })
  }
  return points
}

/** What is bought first. */
async function inOrder(
  { marginFrom, variety }: Policy,
  candidates: readonly Message[],
  model: Model | undefined,
  evaluation: readonly Message[],
  random: () => number,
): Promise<Message[]> {
  const shuffled = shuffle(candidates, random)
  if (marginFrom === undefined || !model || macroF1(model, evaluation) < marginFrom) return shuffled
  const byId = new Map(candidates.map((message) => [message.id, message]))
  const places = shuffled.map(({ id, shown }) => ({ id, text: shown }))
  const sorted = (await byMargin(places, classifierOf(model))).map(({ id }) => byId.get(id)!)
  if (!variety) return sorted
  const isNew = diversityFilter()
  const [taken, alike]: [Message[], Message[]] = [[], []]
  for (const message of sorted) (isNew(message.shown) ? taken : alike).push(message)
  return [...taken, ...alike]
}

/** The label of most of two judgements and, where they differ, a third; nothing where all three do. */
function judged({ twoPlusOne }: Policy, message: Message, judge: Judge) {
  const first = judge(message)
  if (!twoPlusOne) return { label: first, judgements: 1 }
  const second = judge(message)
  if (first === second) return { label: first, judgements: 2 }
  const third = judge(message)
  return { label: third === first || third === second ? third : undefined, judgements: 3 }
}

function macroF1(model: Model, messages: readonly Message[]): number {
  if (messages.length === 0) return 0
  const predictions = [
    ...predictAll(
      model,
      messages.map(({ tokens }) => tokens),
      1,
    ),
  ]
  return macroF1Of(messages.map(({ label }, i) => [label, predictions[i]![0]?.label ?? ''] as const))
}

/** The mean F1 over the classes that are true of some item. */
export function macroF1Of(pairs: readonly (readonly [truth: string, answer: string])[]): number {
  const classes = [...new Set(pairs.map(([truth]) => truth))]
  const scores = classes.map((one) => {
    const hits = pairs.filter(([truth, answer]) => truth === one && answer === one).length
    const truths = pairs.filter(([truth]) => truth === one).length
    const answers = pairs.filter(([, answer]) => answer === one).length
    return (2 * hits) / (truths + answers)
  })
  return scores.reduce((sum, score) => sum + score, 0) / scores.length
}

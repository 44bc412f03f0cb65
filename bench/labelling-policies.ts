import { classifierOf } from './fasttext-classifier'
import { type Model, predictAll, train } from '../packages/fasttext/src'
import { doubtOf, TRAINING_FROM } from '../shared/statistics/design'
import { fitTemperature, scaled } from '../shared/statistics/temperature'
import { mulberry32 } from '../shared/statistics/random'
import { textOfShown } from '../shared/text'
import { type Judge, type Message, shuffle, type Stream } from './labelling-stream'

/** The choices of a labelling policy. */
export interface Policy {
  name: string
  /** Whether a message is labelled once, however often it is posted. */
  once: boolean
  /**
   * How the model chooses: `margin` takes the least certain messages; `doubt` draws with a probability in proportion to
   * its doubt, as the services do. Absent: the choice is random.
   */
  choice?: 'margin' | 'doubt'
  /** The macro-F1 on the evaluation items from which the model chooses. */
  from: number
  /** Two judgements, and a third if they differ; or one. */
  twoPlusOne: boolean
  /** Only messages whose permanent random number the services accept, drawn in proportion to size where the services do so. */
  zone: boolean
}

const policy = (name: string, what: Partial<Policy> = {}): Policy => ({
  name,
  once: false,
  from: 0,
  twoPlusOne: false,
  zone: false,
  ...what,
})

export const NAIVE = policy('naive random')
export const SHIPPED = policy('shipped', { once: true, choice: 'doubt', from: 0.65, zone: true })
/** The services' policy before training posts were a probability sample. */
export const LEAST_SURE = policy('shipped, least sure', { once: true, choice: 'margin', from: 0.65, zone: true })
export const AT_RANDOM = policy('shipped, at random', { once: true, zone: true })
export const POLICIES: Policy[] = [
  NAIVE,
  policy('cascades once', { once: true }),
  policy('margin', { choice: 'margin' }),
  policy('doubt', { choice: 'doubt' }),
  policy('two plus one', { twoPlusOne: true }),
  policy('once, margin', { once: true, choice: 'margin' }),
  policy('once, doubt', { once: true, choice: 'doubt' }),
  policy('once, two plus one', { once: true, twoPlusOne: true }),
  policy('all three', { once: true, choice: 'margin', twoPlusOne: true }),
  AT_RANDOM,
  LEAST_SURE,
  SHIPPED,
]

/** The cumulative cost after a day, and the model's quality on the test. */
export interface Point {
  judgements: number
  macroF1: number
}

/** Evaluation items that a day adds, the same for all policies. They do not count in the budget. */
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
    const sizes = new Map<string, number>()
    for (const { id } of arrived) sizes.set(id, (sizes.get(id) ?? 0) + 1)
    const sizeOf = ({ id }: Message) => (policy.zone && policy.choice !== 'margin' ? sizes.get(id)! : 1)
    for (const message of await inOrder(policy, candidates, model, evaluation, random, sizeOf)) {
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

/** The order in which a policy labels messages. */
async function inOrder(
  { choice, from }: Policy,
  candidates: readonly Message[],
  model: Model | undefined,
  evaluation: readonly Message[],
  random: () => number,
  sizeOf: (message: Message) => number,
): Promise<Message[]> {
  const shuffled = shuffle(candidates, random)
  const isByModel = choice !== undefined && model && macroF1(model, evaluation) >= from
  const scores = isByModel ? await calibratedScores(model, shuffled, evaluation) : []
  const keys = shuffled.map((message, i) => {
    const chance = isByModel && choice === 'margin' ? 1 : random() / sizeOf(message)
    return isByModel ? chance / doubtOf(scores[i]!) : chance
  })
  return shuffled
    .map((message, i) => ({ message, key: keys[i]! }))
    .sort((a, b) => a.key - b.key)
    .map(({ message }) => message)
}

async function calibratedScores(model: Model, messages: readonly Message[], evaluation: readonly Message[]) {
  const classifier = classifierOf(model)
  const scoresOf = async (some: readonly Message[]) =>
    (await classifier.classify(some.map(({ shown }) => textOfShown(shown)))).map(({ probabilities }) => probabilities)
  const forecasts = (await scoresOf(evaluation)).map((probabilities, i) => ({
    probabilities,
    truth: classifier.labels.indexOf(evaluation[i]!.label),
  }))
  const temperature = fitTemperature(forecasts)
  return (await scoresOf(messages)).map((probabilities) => scaled(probabilities, temperature))
}

/** The majority label of two judgements and, if they differ, a third; undefined if all three differ. */
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

/** The mean F1 over the classes that some item truly has. */
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

import type { Settings } from '../../shared/settings'
import type { Cloud } from '../cloud'
import { bestEffort } from '../../packages/embedded-aws/src/sagemaker'
import type { Judge } from './annotators'
import { answerAtDesk } from './people'

/** How the replay plays the annotators of a labeller. */
interface PlayedLabeller {
  /** Whether a person can answer instead of the simulated annotators. */
  byHand: boolean
  /** Options that the labeller needs where the user's configuration has none. */
  options(given: Settings['labelling'], workteamArn: string): Partial<Record<'groundTruth', unknown>>
  prepare(cloud: Cloud): void
  /** The simulated annotators answer the open items. */
  answer(cloud: Cloud, annotators: readonly string[], judge: Judge): Promise<unknown>
}

/** Every labeller that the replay can play, by its name in bellwether.yml. */
export const PLAYED_LABELLERS = {
  desk: { byHand: true, options: () => ({}), prepare: () => undefined, answer: answerAtDesk },
  'ground-truth': {
    byHand: false,
    options: ({ groundTruth }, workteamArn) => ({ groundTruth: groundTruth ?? { workteamArn } }),
    prepare: (cloud) => {
      cloud.sageMaker.mishaps.fateOf = bestEffort()
    },
    // The embedded SageMaker asks the annotators itself.
    answer: async () => undefined,
  },
} satisfies Record<string, PlayedLabeller>

export type LabellerName = keyof typeof PLAYED_LABELLERS

export const labellerNames = Object.keys(PLAYED_LABELLERS).filter(
  (name): name is LabellerName => name in PLAYED_LABELLERS,
)

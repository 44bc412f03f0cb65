import type { Cost } from '../cost'
import type { Engine } from '../engines/engine'

/** What the configuration says about where training runs. */
export interface TrainerSettings {
  training: { instanceType: string; spot: boolean }
  caps: { trainingSeconds: number }
}

/** Something that training needs and that a region or an account may lack. */
export type Need =
  | { check: string; isMet: boolean; found: string; remedy: string }
  /** A quota of SageMaker by its name in Service Quotas, which must be 1 or more. */
  | { quota: string; why: string; remedy: string }

/** What other parts need to know of a place where training runs. Its adapter is in services/trainer/trainers. */
export interface TrainerTerms {
  /** As `training.trainer` spells it. */
  name: string
  trains(engine: Engine): boolean
  /** The cost of one training a day. */
  costAtMost(settings: TrainerSettings): Cost
  needs(settings: TrainerSettings, region: string): Need[]
}

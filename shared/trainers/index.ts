import { inFunction } from './in-function'
import { sageMaker } from './sagemaker'
import type { Trainer, TrainerPorts, Training } from './trainer'

export const TRAINERS: readonly Trainer[] = [sageMaker, inFunction]

/** Every trainer at work, by name. */
export const connectTrainers = (trainers: readonly Trainer[], ports: TrainerPorts): ReadonlyMap<string, Training> =>
  new Map(trainers.map((trainer) => [trainer.name, trainer.connect(ports)]))

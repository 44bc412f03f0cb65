import type { Engine } from '../../../shared/engines/engine'
import { inFunctionTrainer } from './in-function'
import { sageMaker } from './sagemaker'
import type { Trainer, TrainerPorts, TrainerInStage } from './trainer'

/** The adapter of every trainer. Their terms are in shared/trainers. */
export const TRAINER_ADAPTERS: readonly Trainer[] = [sageMaker, inFunctionTrainer]

/** The configured trainer if it trains models of the engine, or else the first that does. */
export const trainerFor = <T extends Trainer>(
  engine: Engine,
  configured: string,
  trainers: readonly T[],
): T | undefined =>
  trainers.find((trainer) => trainer.name === configured && trainer.trains(engine)) ??
  trainers.find((trainer) => trainer.trains(engine))

/** A trainer, bound to a stage. */
export type ConnectedTrainer = Trainer & { training: TrainerInStage }

export const connectTrainers = (trainers: readonly Trainer[], ports: TrainerPorts): ConnectedTrainer[] =>
  trainers.map((trainer) => ({ ...trainer, training: trainer.connect(ports) }))

import { inFunctionTerms } from './in-function'
import { sageMakerTerms } from './sagemaker'
import type { TrainerTerms } from './terms'

/** The terms of every trainer. The adapters are in services/trainer/trainers. */
export const TRAINERS: readonly TrainerTerms[] = [sageMakerTerms, inFunctionTerms]

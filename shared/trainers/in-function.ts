import type { TrainerTerms } from './terms'

/** In the invocation that asks for it, with no call to SageMaker. */
export const inFunctionTerms: TrainerTerms = {
  name: 'lambda',
  trains: () => true,
  costAtMost: () => ({ usd: 0, how: 'in the function, counted there' }),
  needs: () => [],
}

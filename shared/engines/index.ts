import type { Engine } from './engine'
import { fastText } from './fasttext'
import { linear } from './linear'
import { naiveBayes } from './naive-bayes'

/** What is trained unless the configuration says otherwise, and what an archive without `model.json` is of: BlazingText's. */
export const DEFAULT_ENGINE = fastText

/** Every engine that a model can be of. */
export const ENGINES: readonly Engine[] = [DEFAULT_ENGINE, naiveBayes, linear]

/** What is trained below `training.fewLabels` in place of an engine that learns little from so few. */
export const standInOf = (engines: readonly Engine[]): Engine | undefined =>
  engines.find(({ suitsFewLabels }) => suitsFewLabels)
export const STAND_IN = standInOf(ENGINES)

/** As people know fastText here: the algorithm of SageMaker that trains it. */
const BLAZINGTEXT = 'blazingtext'

/** An engine by its name, or by `blazingtext`; undefined where there is none. */
export const engineNamed = (name: string, engines: readonly Engine[] = ENGINES): Engine | undefined =>
  engines.find((engine) => engine.name === (name === BLAZINGTEXT ? DEFAULT_ENGINE.name : name))

/** Every name that `engineNamed` knows. */
export const engineNames = (): string[] => [BLAZINGTEXT, ...ENGINES.map(({ name }) => name)]

/** What takes part in a day's contest unless the configuration says otherwise. */
export const DEFAULT_ENTRANTS = [BLAZINGTEXT, linear.name]

/**
 * The engines that a day's dataset trains, by their own names; fastText comes first where it takes part. The first one has the
 * hyperparameters of the configuration, and jobs without its name in theirs. `engine` stands in place of `engines`.
 */
export function entrantsOf({ engines, engine }: { engines: readonly string[]; engine?: string | undefined }): string[] {
  const named = engine === undefined ? engines : [engine]
  const own = named.map((name) => (name === BLAZINGTEXT ? DEFAULT_ENGINE.name : name))
  const isFirst = (name: string) => name === DEFAULT_ENGINE.name
  return [...own.filter(isFirst), ...own.filter((name) => !isFirst(name))]
}

import type { Engine } from './engine'
import { fastText } from './fasttext'
import { linear } from './linear'
import { naiveBayes } from './naive-bayes'

/** The default engine, and the engine of an archive without `model.json`: BlazingText's. */
export const DEFAULT_ENGINE = fastText

/** Every engine that a model can be of. */
export const ENGINES: readonly Engine[] = [DEFAULT_ENGINE, naiveBayes, linear]

/** The substitute below `training.fewLabels` for an engine that learns little from so few. */
export const standInOf = (engines: readonly Engine[]): Engine | undefined =>
  engines.find(({ suitsFewLabels }) => suitsFewLabels)
export const STAND_IN = standInOf(ENGINES)

/** The name by which people know fastText here: SageMaker's algorithm. */
const BLAZINGTEXT = 'blazingtext'

/** An engine by its name, or by `blazingtext`; undefined where there is none. */
export const engineNamed = (name: string, engines: readonly Engine[] = ENGINES): Engine | undefined =>
  engines.find((engine) => engine.name === (name === BLAZINGTEXT ? DEFAULT_ENGINE.name : name))

/** Every name that `engineNamed` accepts. */
export const engineNames = (): string[] => [BLAZINGTEXT, ...ENGINES.map(({ name }) => name)]

/** The engines that compete each day by default. */
export const DEFAULT_ENTRANTS = [BLAZINGTEXT, linear.name]

/**
 * The engines that a day's dataset trains, by their own names; fastText comes first where it takes part. The first one
 * has the hyperparameters of the configuration, and jobs without its name in theirs. `engine` replaces `engines`.
 */
export function entrantsOf({ engines, engine }: { engines: readonly string[]; engine?: string | undefined }): string[] {
  const named = engine === undefined ? engines : [engine]
  const own = named.map((name) => (name === BLAZINGTEXT ? DEFAULT_ENGINE.name : name))
  const isFirst = (name: string) => name === DEFAULT_ENGINE.name
  return [...own.filter(isFirst), ...own.filter((name) => !isFirst(name))]
}

import { BellwetherError } from '../errors'
import { deskTerms } from './desk'
import { groundTruth, type GroundTruthOptions, groundTruthOptions } from './ground-truth'
import type { LabellerTerms, PricingOptions } from './terms'

export type { JudgementsAsked, LabellerFacts, LabellerTerms, ObjectFee, PricingOptions } from './terms'

/** Options under `labelling` that belong to one labeller. */
export const labellerOptions = { groundTruth: groundTruthOptions.optional() }

/** What a labeller's terms depend on: the section `labelling` of bellwether.yml. */
export type LabellingOptions = PricingOptions & { labeller: string; groundTruth?: GroundTruthOptions | undefined }

/** Every labeller, by the name that `labelling.labeller` gives it. The adapters are in services/labeling/labellers. */
export const LABELLERS: Readonly<Record<string, LabellerTerms<LabellingOptions>>> = {
  desk: deskTerms,
  'ground-truth': groundTruth,
}

/** The terms of a labeller by its name; SETTINGS_INVALID lists the known labellers. */
export function termsOf(name: string): LabellerTerms<LabellingOptions> {
  const terms = Object.hasOwn(LABELLERS, name) ? LABELLERS[name] : undefined
  if (terms) return terms
  throw new BellwetherError('SETTINGS_INVALID', unknownLabeller(name))
}

export const unknownLabeller = (name: string): string =>
  `there is no labeller "${name}"; set labelling.labeller to ${Object.keys(LABELLERS).join(' or ')}`

import { createHash } from 'node:crypto'
import { BellwetherError } from '../errors'
import type { LlmOptions } from './options'
import { type Prompt, promptOf } from './prompt'

/** The provider, model and prompt of second opinions: answers are stored under these three. */
export interface Predictor {
  provider: string
  model: string
  /** Hash of the prompt. */
  prompt: string
}

interface Configured {
  labels: { categories: readonly { name: string; definition: string; examples: readonly string[] }[] }
  llm?: LlmOptions | undefined
}

/** The second predictor of the settings; undefined where there is none, or where posts may not leave the account. */
export function predictorOf({ labels, llm }: Configured): Predictor | undefined {
  if (!llm?.sendsPosts) return undefined
  return { provider: llm.provider, model: llm.model, prompt: promptOf(labels.categories, llm).hash }
}

/** Everything that asking needs. CONFIG_MISSING where the settings name no predictor that may be asked. */
export function configured(settings: Configured): { options: LlmOptions; prompt: Prompt; predictor: Predictor } {
  const { labels, llm: options } = settings
  const predictor = predictorOf(settings)
  if (!options || !predictor)
    throw new BellwetherError('CONFIG_MISSING', 'llm.sendsPosts is not true in bellwether.yml: no post may be sent')
  return { options, prompt: promptOf(labels.categories, options), predictor }
}

/**
 * A model as a key names it: its id without the characters that a key cannot have, and a hash that keeps ids distinct.
 */
export const modelPart = ({ provider, model }: Pick<Predictor, 'provider' | 'model'>): string =>
  `${model.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(-80)}-${createHash('sha256').update(`${provider} ${model}`).digest('hex').slice(0, 8)}`

/** The parts of a key under `answers/` that identify a predictor. */
export const predictorParts = (predictor: Predictor): { model: string; prompt: string } => ({
  model: modelPart(predictor),
  prompt: predictor.prompt,
})

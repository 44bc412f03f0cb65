import { createHash } from 'node:crypto'
import { BellwetherError } from '../errors'
import type { LlmOptions } from './options'
import { type Prompt, promptOf } from './prompt'

/** Who gives second opinions: answers are kept by these three. */
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

/** The second predictor that the settings name; nothing where there is none, or where posts may not leave the account. */
export function predictorOf({ labels, llm }: Configured): Predictor | undefined {
  if (!llm?.sendsPosts) return undefined
  return { provider: llm.provider, model: llm.model, prompt: promptOf(labels.categories, llm).hash }
}

/** All that it takes to ask. CONFIG_MISSING where the settings name no predictor that may be asked. */
export function configured(settings: Configured): { options: LlmOptions; prompt: Prompt; predictor: Predictor } {
  const { labels, llm: options } = settings
  const predictor = predictorOf(settings)
  if (!options || !predictor)
    throw new BellwetherError('CONFIG_MISSING', 'llm.sendsPosts is not true in bellwether.yml: no post may be sent')
  return { options, prompt: promptOf(labels.categories, options), predictor }
}

/** A model as a key names it: its id without characters that a key cannot have, and a hash that tells two ids apart. */
export const modelPart = ({ provider, model }: Pick<Predictor, 'provider' | 'model'>): string =>
  `${model.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(-80)}-${createHash('sha256').update(`${provider} ${model}`).digest('hex').slice(0, 8)}`

/** The parts of a key under `answers/` that stand for a predictor. */
export const predictorParts = (predictor: Predictor): { model: string; prompt: string } => ({
  model: modelPart(predictor),
  prompt: predictor.prompt,
})

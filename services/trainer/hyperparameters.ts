import { parseBlazingText } from '../../shared/fasttext'
import type { Settings } from '../../shared/settings'

/**
 * The hyperparameters of the configuration as CreateTrainingJob carries them: strings, with `mode`. Throws the engine's
 * error, which names what is unknown or invalid, before a job is paid for.
 */
export function hyperparametersOf(chosen: Settings['training']['hyperparameters']): Record<string, string> {
  const values = { mode: 'supervised', ...Object.fromEntries(Object.entries(chosen).map(([k, v]) => [k, asText(v)])) }
  parseBlazingText(values)
  return values
}

const asText = (value: string | number | boolean): string =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)

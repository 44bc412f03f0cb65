import { csv } from './csv'
import type { Format } from './entry'
import { labelStudio } from './label-studio'
import { manifest } from './manifest'

export const FORMATS: Record<'csv' | 'label-studio' | 'manifest', Format> = {
  csv,
  'label-studio': labelStudio,
  manifest,
}

/** The form of a file: by the end of its name where that tells, or else by how it begins. */
export function formatOf(file: string, text: string): Format {
  if (file.endsWith('.csv')) return csv
  if (/\.(manifest|jsonl)$/.test(file)) return manifest
  const first = text.trimStart()[0]
  if (first === '[') return labelStudio
  return first === '{' ? manifest : csv
}

import { BellwetherError } from '../../shared/errors'
import { labelCsv } from './csv'
import type { Format } from './entry'
import { labelStudio } from './label-studio'
import { manifest } from './manifest'

/** Every format in which labels are exported. Each can be imported again. */
export const FORMATS: readonly [Format, ...Format[]] = [labelCsv, manifest, labelStudio]

/** The format of this name. Raises REQUEST_INVALID, which names the formats. */
export function formatNamed(wanted: string): Format {
  const found = FORMATS.find(({ name }) => name === wanted)
  if (found) return found
  const names = FORMATS.map(({ name }) => name).join(', ')
  throw new BellwetherError('REQUEST_INVALID', `there is no format ${wanted}: name one of ${names}`)
}

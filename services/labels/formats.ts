import { BellwetherError } from '../../shared/errors'
import { csv } from './csv'
import type { Format } from './entry'
import { labelStudio } from './label-studio'
import { manifest } from './manifest'

/** Every form in which labels go out. Each is read again. */
export const FORMATS: readonly [Format, ...Format[]] = [csv, manifest, labelStudio]

/** The form of this name. Raises REQUEST_INVALID, which names the forms. */
export function formatNamed(wanted: string): Format {
  const found = FORMATS.find(({ name }) => name === wanted)
  if (found) return found
  const names = FORMATS.map(({ name }) => name).join(', ')
  throw new BellwetherError('REQUEST_INVALID', `there is no form ${wanted}: name one of ${names}`)
}

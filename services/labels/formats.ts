import { BellwetherError } from '../../shared/errors'
import { csv } from './csv'
import type { Format } from './entry'
import { labelStudio } from './label-studio'
import { manifest } from './manifest'

/** Every form in which labels come and go. A file of which nothing is known is read as the first. */
export const FORMATS: readonly [Format, ...Format[]] = [csv, manifest, labelStudio]

/** The form of this name. Raises REQUEST_INVALID, which names the forms. */
export function formatNamed(wanted: string): Format {
  const found = FORMATS.find(({ name }) => name === wanted)
  if (found) return found
  const names = FORMATS.map(({ name }) => name).join(', ')
  throw new BellwetherError('REQUEST_INVALID', `there is no form ${wanted}: name one of ${names}`)
}

/** The form of a file: by the end of its name where that tells, or else by how it begins. */
export function formatOf(file: string, text: string): Format {
  const first = text.trimStart()[0]
  return (
    FORMATS.find(({ endings }) => endings.some((ending) => file.endsWith(ending))) ??
    FORMATS.find(({ begins }) => begins !== undefined && begins === first) ??
    FORMATS[0]
  )
}

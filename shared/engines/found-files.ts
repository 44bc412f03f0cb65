import type { ModelFiles } from './engine'

/** The names of the first files of an archive, for an error: an archive may have a hundred thousand, and long ones. */
export function filesInWords(files: ModelFiles): string {
  const names = [...files.keys()].slice(0, 5).map((name) => name.slice(0, 100))
  const more = files.size - names.length
  return [...names, ...(more > 0 ? [`${more} more`] : [])].join(', ') || 'an empty archive'
}

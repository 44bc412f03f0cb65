import { keys } from '../../shared/keys'
import { anyFile } from './any-file'
import { type DeletionRule, PLACES } from './places'

const KINDS = Object.entries(keys)

/** How posts go from an object; an object whose key is none of ours is read as a file of whatever form. */
export function placeAt(key: string): DeletionRule {
  const kind = kindOf(key)
  return kind ? PLACES[kind] : OTHER
}

export function kindOf(key: string): keyof typeof keys | undefined {
  const found = KINDS.find(([, pattern]) => pattern.match(key))
  // `keys` has no other names.
  return found && (found[0] as keyof typeof keys)
}

/** As what Ground Truth leaves beside the answers of a job. */
const OTHER: DeletionRule = { how: 'rows', rewrite: anyFile }

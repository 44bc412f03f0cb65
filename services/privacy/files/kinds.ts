import { keys } from '../../../shared/keys'
import { anyFile } from './any-file'
import { type DeletionRule, PLACES } from './places'

const KINDS = Object.entries(keys)

/** What deletion does to an object. One with an unknown key is read as a file of any format. */
export function placeAt(key: string): DeletionRule {
  const kind = kindOfKey(key)
  return kind ? PLACES[kind] : OTHER
}

export function kindOfKey(key: string): keyof typeof keys | undefined {
  const found = KINDS.find(([, pattern]) => pattern.match(key))
  // `keys` has no other names.
  return found && (found[0] as keyof typeof keys)
}

/** As for what Ground Truth leaves beside the answers of a job. */
const OTHER: DeletionRule = { how: 'rows', rewrite: anyFile }

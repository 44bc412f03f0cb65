import type { LinkKeys } from '../../../shared/web/link-key'

/** A key for each kind of person. */
export const linkKeys: LinkKeys = {
  annotator: async () => 'a'.repeat(64),
  owner: async () => 'o'.repeat(64),
  reader: async () => 'r'.repeat(64),
}

import type { Objects } from '../../../shared/objects'
import type { SourceSettings } from '../../../shared/sources'
import type { Source } from './source'

/** A hashtag with its source, as the settings say. */
export interface Watched<S extends SourceSettings = SourceSettings> {
  hashtag: string
  /** Name under `sources`. */
  name: string
  settings: S
  /** All hashtags of this source, in the order of the configuration. */
  tags: readonly string[]
  languages: readonly string[]
}

/** What an adapter may use besides the network. */
export interface SourcePorts {
  objects: Pick<Objects, 'stream'>
  /** The secret that the source declares, and its id for errors. Raises SECRET_MISSING with the remedy. */
  secret(): Promise<{ id: string; value: string }>
  nowMs(): number
}

/** The fetching half of a kind of source; the declaring half is in shared/sources. */
export interface SourceAdapter<S extends SourceSettings = SourceSettings> {
  open(watched: Watched<S>, ports: SourcePorts): Promise<Source>
  /** Whether its source, with these settings, can tell whether posts still exist; absent means that none can. */
  tellsPresence?(settings: S): boolean
}

import type { Settings } from '../settings'
import { NONE } from './tables'

/** The stream of a watched hashtag: the network that its source reads. A hashtag that is not watched has none. */
export const streamOf = ({ hashtags, sources }: Pick<Settings, 'hashtags' | 'sources'>, hashtag: string): string =>
  sources[hashtags.find(({ tag }) => tag === hashtag)?.source ?? '']?.type ?? NONE

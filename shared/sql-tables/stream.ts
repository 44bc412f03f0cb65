import type { Settings } from '../settings'
import { networksOf } from '../streams'
import { NONE } from './tables'

/**
 * The network that the rows about a message of a hashtag stand under: that of the hashtag, where it has one. A label is of a
 * message, on whichever of several networks it was posted.
 */
export function streamOf(settings: Pick<Settings, 'hashtags' | 'sources'>, hashtag: string): string {
  const [only = NONE, ...others] = networksOf(settings, hashtag)
  return others.length > 0 ? NONE : only
}

import type { Settings } from '../settings'
import { networksOf } from '../streams'
import { NONE } from './tables'

/**
 * The network of rows about a message of a hashtag: that of the hashtag, if it has one. A label belongs to a message,
 * on whichever of several networks it was posted.
 */
export function streamOf(settings: Pick<Settings, 'hashtags' | 'sources'>, hashtag: string): string {
  const [only = NONE, ...others] = networksOf(settings, hashtag)
  return others.length > 0 ? NONE : only
}

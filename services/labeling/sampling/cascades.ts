import { type CollectedPost, isShownBefore } from '../../../shared/posts'
import { streamLabel, nameFrom, type StreamName } from '../../../shared/streams'
import type { LineBreaks, ShownText } from '../../../shared/text'

/** The posts that one run stored, under the stream and UTC day of the run; posts without a cascade are left out. */
export interface RunPosts extends Stratum {
  posts: Iterable<Pick<CollectedPost, 'id' | 'createdAt' | 'retweetOf' | 'shown'> & { breaks?: LineBreaks }>
  /** The cascade of each, by post id. */
  cascades: ReadonlyMap<string, string>
}

/** All posts with one message; one of them is shown. */
export interface Cascade {
  id: string
  /** The post that is shown: an original before its retweets, then the earliest. */
  shown: Pick<CollectedPost, 'id' | 'createdAt' | 'retweetOf'> & { text: ShownText; breaks?: LineBreaks }
  /** Ids of its posts under each stream and day. */
  posts: Map<string, Set<string>>
}

/** A stream on a UTC day: the unit of reports, and so of sampling. */
export interface Stratum extends StreamName {
  date: string
}

export const stratumKey = ({ date, ...name }: Stratum): string => `${date} ${streamLabel(name)}`

const nameIn = (stratum: string): StreamName => nameFrom(stratum.slice(stratum.indexOf(' ') + 1))

/** Characters that Ground Truth allows as the value of one attribute. */
const LONGEST = 20_000

/**
 * Join posts into their cascades. The order of posts does not matter. A post is counted once under a stream and day,
 * however often it was collected. A post with nothing to read, or too long to ask about, is left out.
 */
export function groupPosts(runs: Iterable<RunPosts>): Map<string, Cascade> {
  const cascades = new Map<string, Cascade>()
  for (const run of runs) {
    const stratum = stratumKey(run)
    for (const post of run.posts) {
      if (!isAskable(post.shown)) continue
      const id = run.cascades.get(post.id)
      if (id === undefined) continue
      const { id: postId, createdAt, retweetOf, shown: text, breaks } = post
      const candidate = { id: postId, createdAt, retweetOf, text, ...(breaks && { breaks }) }
      const known = cascades.get(id) ?? { id, shown: candidate, posts: new Map<string, Set<string>>() }
      if (isShownBefore(candidate, known.shown)) known.shown = candidate
      known.posts.set(stratum, (known.posts.get(stratum) ?? new Set()).add(postId))
      cascades.set(id, known)
    }
  }
  return cascades
}

/** Its posts over all streams and days that were read, each counted once. Ids of two networks may be equal. */
export const sizeOf = ({ posts }: Cascade): number =>
  new Set([...posts].flatMap(([stratum, ids]) => [...ids].map((id) => `${nameIn(stratum).stream ?? ''} ${id}`))).size

export const hashtagsOf = ({ posts }: Cascade): string[] =>
  [...new Set([...posts.keys()].map((stratum) => nameIn(stratum).hashtag))].sort()

const isAskable = (shown: ShownText): boolean => shown.length > 0 && shown.length <= LONGEST

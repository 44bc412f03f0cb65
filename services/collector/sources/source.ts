import type { Post, RefusedInput } from '../../../shared/posts'
import type { SourceCaps } from '../../../shared/sources'
import type { TextEncoding } from '../../../shared/text/encoding'
import type { TimeWindow } from '../window'

/** Where the posts of one hashtag come from, a page at a time. */
export interface Source {
  name: string
  /** Caps of its own, as the settings say; without them it shares those of the configuration. */
  caps?: SourceCaps | undefined
  /** The format of its posts' texts, which are stored as the source gives them. */
  textEncoding: TextEncoding
  order: 'newest first' | 'oldest first'
  /** Fewest and most posts that one page can request. */
  page: { least: number; most: number }
  /** US dollars: the most that a page of so many posts can cost. */
  mostUsd(posts: number): number
  countUsd: number
  /** Seconds after the end of a window during which the source may not have all of it. */
  lagSeconds: number
  /** Posts older than this instant are no longer available. */
  horizon(now: Date): string | undefined
  /** How many posts there were; undefined when the source cannot tell. */
  count(window: TimeWindow): Promise<Count | undefined | Wait>
  read(request: PageRequest): Promise<SourcePage | Wait | Exhausted>
  /** Whether collected posts still exist; absent where the source cannot tell. */
  presence?: PresencePort
}

export interface PresencePort {
  /** Most posts that one request may name. */
  batch: number
  /** US dollars: the most that asking about so many posts can cost; free where it is left out. */
  mostUsd?(posts: number): number
  /**
   * What the network says of each post, by id, in at most so many requests; the first asks about all posts. A post
   * without an answer is left out. A Wait answers for no post. Raises SOURCE_UNAVAILABLE.
   */
  stillThere(posts: readonly KeptPost[], most: number): Promise<Presences | Wait | CannotTell>
}

export type KeptPost = Pick<Post, 'id' | 'sourceId'>

export interface Presences {
  said: ReadonlyMap<string, Presence>
  /** Requests that were made. */
  requests: number
  costUsd?: number
}

/** `absent` may have other reasons than a deletion; `gone` means that the post's own server answered 404 or 410. */
export type Presence = 'there' | 'absent' | 'gone'

/** The account has no permission; with the network's words. */
export interface CannotTell {
  cannot: string
}

/** A number of posts; `about` is one that the network only estimates. */
export type Count = number | { about: number }

export interface PageRequest {
  window: TimeWindow
  /** Whether this is the first window of the hashtag: then rows without a date are reported too. */
  first: boolean
  /** Where to resume; null at the beginning. */
  next: string | null
  /** Most posts to read. */
  limit: number
}

export interface SourcePage {
  posts: Post[]
  refused: RefusedInput[]
  /** Posts that were read, for the caps: refused and unwanted ones included. */
  read: number
  /** Posts of the window that the settings leave out, by reason: `not indexable`. */
  leftOut?: Record<string, number>
  costUsd: number
  /** Where the next page begins; null after the last one. */
  next: string | null
  /** How far in time the source was read, in its order; null where nothing was read. */
  reached: string | null
  /** Why the source cannot go on although there may be more: the run ends with this reason, and `next` is null. */
  stopped?: string
  /** What the source says it could not deliver in a response that is otherwise good. */
  partialErrors?: string[]
}

/** An empty last page. */
export const NO_POSTS: SourcePage = { posts: [], refused: [], read: 0, costUsd: 0, next: null, reached: null }

/** The source limits the rate: retry later. */
export interface Wait {
  waitSeconds: number
}

/** The source's own limit of money or posts was reached; retrying soon does not help. */
export interface Exhausted {
  exhausted: string
}

import type { Post, Refused } from '../../../shared/posts'
import type { SourceCaps } from '../../../shared/sources'
import type { TextEncoding } from '../../../shared/text/encoding'
import type { Window } from '../window'

/** Where the posts of one hashtag come from, a page at a time. */
export interface Source {
  name: string
  /** Caps of its own, as the settings say; without them it shares those of the configuration. */
  caps?: SourceCaps | undefined
  /** Of the texts of its posts, which are stored as the source gives them. */
  textEncoding: TextEncoding
  order: 'newest first' | 'oldest first'
  /** Fewest and most posts that a page can be asked for. */
  page: { least: number; most: number }
  /** US dollars: the most that a page of so many posts can cost. */
  mostUsd(posts: number): number
  countUsd: number
  /** Seconds after the end of a window in which the source may not have all of it yet. */
  lagSeconds: number
  /** What lies before this instant cannot be asked for any more. */
  horizon(now: Date): string | undefined
  /** How many posts there were; nothing when the source cannot tell. */
  count(window: Window): Promise<Count | undefined | Wait>
  read(request: PageRequest): Promise<SourcePage | Wait | Exhausted>
  /** Whether posts that were collected still exist; a source that cannot tell has none. */
  presence?: PresencePort
}

export interface PresencePort {
  /** Most posts that one request may name. */
  batch: number
  /** US dollars: the most that it can cost to ask about so many posts; free where it is left out. */
  mostUsd?(posts: number): number
  /**
   * What the network says of each post, by its id, with at most so many requests, of which the first asks about all posts. A
   * post that it did not answer for is left out. A Wait says nothing of any. Raises SOURCE_UNAVAILABLE.
   */
  stillThere(posts: readonly KeptPost[], most: number): Promise<Presences | Wait | CannotTell>
}

export type KeptPost = Pick<Post, 'id' | 'sourceId'>

export interface Presences {
  said: ReadonlyMap<string, Presence>
  /** Requests that it took. */
  requests: number
  costUsd?: number
}

/** `absent` may have other reasons than a deletion; `gone` is what the post's own server says: 404 or 410. */
export type Presence = 'there' | 'absent' | 'gone'

/** The account may not ask; with the network's words. */
export interface CannotTell {
  cannot: string
}

/** A number of posts; `about` is one that the network only estimates. */
export type Count = number | { about: number }

export interface PageRequest {
  window: Window
  /** Whether this is the first window of the hashtag: then what has no date is told, too. */
  first: boolean
  /** Where to go on; null at the beginning. */
  next: string | null
  /** Most posts to read. */
  limit: number
}

export interface SourcePage {
  posts: Post[]
  refused: Refused[]
  /** Posts that were read, for the caps: also those that were refused or are not wanted. */
  read: number
  /** Posts of the window that the settings leave out, by reason: `not indexable`. */
  leftOut?: Record<string, number>
  costUsd: number
  /** Where the next page begins; null after the last one. */
  next: string | null
  /** How far in time the source was read, in its order; null where nothing was. */
  reached: string | null
  /** Why the source cannot go on though there may be more: the run ends with this as its reason. `next` is then null. */
  stopped?: string
  /** What the source says it could not give along with an answer that is otherwise good. */
  partialErrors?: string[]
}

/** A page of nothing, with nothing behind it. */
export const NO_POSTS: SourcePage = { posts: [], refused: [], read: 0, costUsd: 0, next: null, reached: null }

/** The source wants us to come back later. */
export interface Wait {
  waitSeconds: number
}

/** The source's own limit of money or posts was reached; coming back soon does not help. */
export interface Exhausted {
  exhausted: string
}

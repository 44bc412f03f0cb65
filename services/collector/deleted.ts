import type { AskTombstones, Traced } from '../../shared/tombstones'
import type { SourcePage } from './sources/source'

/**
 * A page without the posts that were deleted here, that repeat one, or whose author's posts were deleted: none of them is
 * stored again. They count as read, because they were paid for.
 */
export async function withoutDeleted(ask: AskTombstones, page: SourcePage): Promise<SourcePage> {
  const answers = await ask([...page.posts, ...page.refused.map(({ row }) => traceOf(row))])
  if (!answers.includes(true)) return page
  const left = <T>(rows: readonly T[], from: number): T[] => rows.filter((_, i) => !answers[from + i])
  return { ...page, posts: left(page.posts, 0), refused: left(page.refused, page.posts.length) }
}

/** What a row that is no post may still say of itself, in the names that sources and files use. */
function traceOf(row: unknown): Traced {
  const said = (...names: string[]): string => {
    for (const name of names) {
      const value: unknown = row !== null && typeof row === 'object' ? Reflect.get(row, name) : undefined
      if (typeof value === 'string' || typeof value === 'number') return String(value).trim()
    }
    return ''
  }
  return {
    id: said('id', 'post_id', 'uri'),
    authorId: said('authorId', 'author_id', 'author'),
    retweetOf: said('retweetOf', 'retweet_of'),
  }
}

import type { AskTombstones } from '../../shared/tombstones'
import type { SourcePage } from './sources/source'

const UNKNOWN = { id: '', authorId: '', retweetOf: '' }

/**
 * A page without posts that were deleted here, that repeat one, or whose author's posts were deleted: none of them is
 * stored again. They count as read, because they were paid for.
 */
export async function withoutDeleted(ask: AskTombstones, page: SourcePage): Promise<SourcePage> {
  const answers = await ask([...page.posts, ...page.refused.map(({ trace = UNKNOWN }) => trace)])
  if (!answers.includes(true)) return page
  const left = <T>(rows: readonly T[], from: number): T[] => rows.filter((_, i) => !answers[from + i])
  return { ...page, posts: left(page.posts, 0), refused: left(page.refused, page.posts.length) }
}

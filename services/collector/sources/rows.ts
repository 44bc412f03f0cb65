import { z } from 'zod'
import type { Post, RefusedInput, PostTrace } from '../../../shared/posts'
import type { SourcePage } from './source'

/** A field of a refused row, if it is text or a number. */
export const loose = z
  .union([z.string(), z.number()])
  .transform((value) => String(value).trim())
  .optional()
  .catch(undefined)

/** A post, or why the settings leave it out. */
export type PostOrLeftOut = { post: Post } | { leftOut: string }

/** What a row that is not a valid post still says of itself: the parts of its trace that its source can read. */
export type TraceRow = (row: unknown) => { [field in keyof PostTrace]?: string | undefined }

/**
 * The rows of a page that match a schema, in their order, and the others, each with its first problem and with what a
 * deletion needs to find it.
 */
export function readRows<S extends z.ZodType>(
  rows: readonly unknown[],
  schema: S,
  trace: TraceRow,
): { good: z.infer<S>[]; refused: RefusedInput[] } {
  const good: z.infer<S>[] = []
  const refused: RefusedInput[] = []
  for (const [i, row] of rows.entries()) {
    const parsed = schema.safeParse(row)
    if (parsed.success) {
      good.push(parsed.data)
      continue
    }
    // oxlint-disable-next-line typescript/no-non-null-assertion -- an error of zod has at least one issue
    const { path, message } = parsed.error.issues[0]!
    refused.push({ line: i + 1, field: path.join('.') || 'row', reason: message, row, trace: tracedBy(trace(row)) })
  }
  return { good, refused }
}

const tracedBy = ({ id = '', authorId = '', retweetOf = '' }: ReturnType<TraceRow>): PostTrace => ({
  id,
  authorId,
  retweetOf,
})

/** The posts, and how many are left out, by reason. */
export function sortOut(found: readonly PostOrLeftOut[]): Required<Pick<SourcePage, 'posts' | 'leftOut'>> {
  const posts: Post[] = []
  const leftOut: Record<string, number> = {}
  for (const one of found) {
    if ('post' in one) posts.push(one.post)
    else leftOut[one.leftOut] = (leftOut[one.leftOut] ?? 0) + 1
  }
  return { posts, leftOut }
}

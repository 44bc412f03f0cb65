import { keys } from '../../../../shared/keys'
import type { Objects } from '../../../../shared/objects'
import { openPosts, type ValuesRow } from '../../../../shared/post-file/open'
import { withIds, readPostRow, type RefusedRow, type PostOfFile } from '../../../../shared/post-file/row'
import { placeOf, type Post, type RefusedInput } from '../../../../shared/posts'
import type { FileSettings } from '../../../../shared/sources/file'
import type { TimeWindow } from '../../window'
import type { SourceAdapter } from '../adapter'
import type { Source } from '../source'

interface FileOptions {
  name: string
  /** A file of posts under sources/. */
  file: string
  pricePerPostUsd: number
  /** The hashtags that are read from this file, in the order of the configuration. */
  tags: readonly string[]
}

interface DayOfFile {
  from: string
  posts: Post[]
  refused: RefusedInput[]
  /** Refused rows whose day cannot be told either. */
  undated: RefusedInput[]
}

/**
 * The posts of a hashtag in a file of the bucket: `createdAt`, `text`, and optionally `id`, `hashtag`, `author`,
 * `language`, `retweetOf`. The file is streamed; only the rows of one day are held in memory. OBJECT_INVALID for a file
 * that cannot be read as posts. A date in the future is no error: its day is still to come.
 */
export function fileSource(
  objects: Pick<Objects, 'stream'>,
  hashtag: string,
  { name, file, pricePerPostUsd, tags }: FileOptions,
): Source {
  let held: DayOfFile | undefined
  const rules = { source: name, tags }

  const dayOf = async (window: TimeWindow): Promise<DayOfFile> => {
    if (held?.from === window.from) return held
    const good: Pick<PostOfFile, 'post' | 'line'>[] = []
    const bad: RefusedRow[] = []
    const inWindow = (at: string) => window.from <= at && at < window.to
    const { rows } = await openPosts(file, await objects.stream(keys.source({ file })))
    for await (const found of rows) {
      const row = 'problem' in found ? refusedAsAWhole(found, tags) : readPostRow(found.values, found.line, rules)
      if ('post' in row) {
        if (row.hashtags.includes(hashtag) && inWindow(row.post.createdAt))
          good.push({ post: row.post, line: row.line })
      } else if (belongs(row, hashtag, tags) && (row.createdAt === undefined || inWindow(row.createdAt))) bad.push(row)
    }
    const { posts, refused } = withIds(good)
    const dated = bad.filter(({ createdAt }) => createdAt !== undefined).map(plain)
    held = {
      from: window.from,
      posts,
      refused: [...dated, ...refused].sort((a, b) => a.line - b.line),
      undated: bad.filter(({ createdAt }) => createdAt === undefined).map(plain),
    }
    return held
  }

  return {
    name,
    // Most such files were exported from X.
    textEncoding: 'html',
    order: 'oldest first',
    page: { least: 1, most: 1000 },
    mostUsd: (posts) => posts * pricePerPostUsd,
    countUsd: 0,
    lagSeconds: 0,
    horizon: () => undefined,
    count: async (window) => (await dayOf(window)).posts.length,
    read: async ({ window, first, next, limit }) => {
      const { posts, refused, undated } = await dayOf(window)
      // By position in the file, not by row number: rows inserted or removed in between shift nothing.
      const begin = next === null ? 0 : firstAfter(posts, next)
      const page = posts.slice(begin, begin + limit)
      const [last, after] = [page.at(-1), posts[begin + page.length]]
      return {
        posts: page,
        // Rows without a date are reported with the first window, so that they are counted once.
        refused: next === null ? [...refused, ...(first ? undated : [])] : [],
        read: page.length,
        costUsd: page.length * pricePerPostUsd,
        next: last && after ? placeOf(last) : null,
        reached: after?.createdAt ?? null,
      }
    },
  }
}

export const fileAdapter: SourceAdapter<FileSettings> = {
  open: async ({ hashtag, name, settings, tags }, { objects }) => {
    const { file, pricePerPostUsd } = settings
    return fileSource(objects, hashtag, { name, file, pricePerPostUsd, tags })
  },
}

const refusedAsAWhole = (
  { line, value, problem }: Extract<ValuesRow, { problem: string }>,
  tags: readonly string[],
): RefusedRow => ({ line, field: 'row', reason: problem, row: value, createdAt: undefined, hashtags: [...tags] })

/** Number of the first post after a position; posts are sorted by position. */
function firstAfter(posts: readonly Post[], place: string): number {
  let [low, high] = [0, posts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    // oxlint-disable-next-line typescript/no-non-null-assertion -- `middle` is below `high`, and that is at most the number of posts
    if (placeOf(posts[middle]!) > place) high = middle
    else low = middle + 1
  }
  return low
}

const plain = ({ line, field, reason, row, trace }: RefusedRow): RefusedInput => ({
  line,
  field,
  reason,
  row,
  ...(trace && { trace }),
})

/** A row that names no configured hashtag is reported with the first hashtag. */
const belongs = (row: RefusedRow, hashtag: string, tags: readonly string[]): boolean =>
  row.hashtags.includes(hashtag) && (row.createdAt !== undefined || hashtag === tags[0])

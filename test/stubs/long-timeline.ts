import { aStatus, type Status } from './mastodon'

/** A busy hashtag, generated on request. */
interface LongTimeline {
  page(below: string | undefined, limit: number): Status[]
  /** Number of the post with this address. */
  numberOf(uri: string): number
  /** Whether a post is readable on its day: one in a hundred is deleted before. */
  isThere(number: number): boolean
  writtenAt(number: number): number
}

const HOUR_MS = 3_600_000
/** How late a post may arrive. */
const LATEST_MS = 5 * HOUR_MS

/**
 * A number of posts, spread evenly over days. One in fifty arrives up to five hours late, one in fifty was edited,
 * and one in a hundred is deleted within the hour. One post of a day-old page is deleted as soon as the page was
 * returned.
 */
export function longTimeline(
  { posts, days, from }: { posts: number; days: number; from: string },
  nowMs: () => number,
): LongTimeline {
  const step = Math.floor((days * 24 * HOUR_MS) / posts)
  const start = Date.parse(from)
  const writtenAt = (i: number) => start + i * step
  const arrivedAt = (i: number) =>
    writtenAt(i) + Math.floor(chance(i, 1) < 0.02 ? HOUR_MS * (1 + 4 * chance(i, 2)) : 2000 * chance(i, 2))
  const idOf = (i: number) => (BigInt(arrivedAt(i)) << 16n) | BigInt(i % 65_536)
  const arrived = Float64Array.from({ length: posts }, (_, i) => arrivedAt(i))
  const order = Uint32Array.from({ length: posts }, (_, i) => i).sort(
    (a, b) => arrived[a]! - arrived[b]! || (a % 65_536) - (b % 65_536),
  )
  const isThere = (i: number) => chance(i, 3) >= 0.01
  const gone = Uint8Array.from({ length: posts }, (_, i) => (isThere(i) ? 0 : 1))

  const below = (id: bigint): number => {
    let [low, high] = [0, posts]
    while (low < high) {
      const middle = (low + high) >> 1
      if (idOf(order[middle]!) < id) low = middle + 1
      else high = middle
    }
    return low
  }
  const status = (i: number): Status =>
    aStatus(new Date(writtenAt(i)).toISOString(), {
      id: String(idOf(i)),
      uri: `https://b.example/users/bob/statuses/${i}`,
      edited_at: chance(i, 4) < 0.02 ? new Date(writtenAt(i) + HOUR_MS).toISOString() : null,
    })

  return {
    page: (id, limit) => {
      const found: Status[] = []
      let last = -1
      for (let at = (id === undefined ? posts : below(BigInt(id))) - 1; at >= 0 && found.length < limit; at--) {
        const i = order[at]!
        if (gone[i]) continue
        found.push(status(i))
        last = i
      }
      if (last >= 0 && nowMs() > writtenAt(last) + 24 * HOUR_MS + LATEST_MS) gone[last] = 1
      return found
    },
    numberOf: (uri) => Number(uri.slice(uri.lastIndexOf('/') + 1)),
    isThere,
    writtenAt,
  }
}

/** A deterministic number in [0, 1) for a post and a purpose. */
function chance(i: number, question: number): number {
  let mixed = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(question, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39)
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
}

import type { Presence } from './sources/source'

/** What follows from one check. */
export interface PresenceVerdict {
  /** Ids to delete. */
  delete: string[]
  /** Ids that are absent for the first time. */
  absent: string[]
  /** Ids whose earlier absence no longer counts. */
  ended: string[]
  /** Set where so many posts are missing that the network, not the authors, is the likely reason. */
  alarm?: { missing: number; of: number }
}

const DAY_MS = 86_400_000
/** A check that misses a larger part of the posts deletes none. */
const MOST_MISSING = 0.2

/**
 * Decide what a check means. A post is deleted after two absences a day apart, or when its own server says that it is
 * gone. Ids without an answer are in neither map, and nothing follows for them.
 */
export function verdictOf(
  answers: ReadonlyMap<string, Presence>,
  absentSince: ReadonlyMap<string, string>,
  now: Date,
): PresenceVerdict {
  const verdict: PresenceVerdict = { delete: [], absent: [], ended: [] }
  const missing = [...answers.values()].filter((one) => one !== 'there').length
  if (missing > MOST_MISSING * answers.size) return { ...verdict, alarm: { missing, of: answers.size } }
  for (const [id, presence] of answers) {
    const since = absentSince.get(id)
    if (presence === 'there') {
      if (since !== undefined) verdict.ended.push(id)
    } else if (presence === 'gone' || (since !== undefined && now.getTime() - Date.parse(since) >= DAY_MS)) {
      verdict.delete.push(id)
      if (since !== undefined) verdict.ended.push(id)
    } else if (since === undefined) verdict.absent.push(id)
  }
  return verdict
}

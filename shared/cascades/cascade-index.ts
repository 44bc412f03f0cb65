import { cascadeId } from '../text/cascade'
import { makeNearCopies } from '../text/near-copies'
import { isKin, type Shingles, shinglesOf } from '../text/shingles'

/** A text that was seen: the id of its exact form, its cascade, and what near copies of it are found by. */
export interface KnownText {
  id: string
  cascade: string
  shingles: Shingles
}

/** Which cascade a text belongs to, by the texts that came before. */
export interface CascadeIndex {
  /**
   * The cascade of a text: that of its exact normal form, or of the text that it is most nearly a copy of, or one of its
   * own. What it answers for a text once, it answers for every exact copy of it.
   */
  identify(text: string): string
  add(known: KnownText): void
  /** What `identify` has learned since this was asked last, in its order. */
  learned(): KnownText[]
}

/** About half a kilobyte for each text. */
export function makeCascadeIndex(): CascadeIndex {
  const cascades = new Map<string, string>()
  /** The cascade of each text that near copies are found among, by its number. */
  const members: string[] = []
  /** The first text that is known of each cascade. */
  const firsts = new Map<string, Shingles>()
  const copies = makeNearCopies()
  let fresh: KnownText[] = []

  const add = ({ id, cascade, shingles }: KnownText) => {
    if (cascades.has(id)) return
    cascades.set(id, cascade)
    members[copies.add(shingles)] = cascade
    if (!firsts.has(cascade)) firsts.set(cascade, shingles)
  }

  return {
    add,
    identify: (text) => {
      const id = cascadeId(text)
      const before = cascades.get(id)
      if (before !== undefined) return before
      const shingles = shinglesOf(text)
      if (!shingles) return id
      // A copy of a copy of a copy says something else at last: it must be kin to the first.
      const near = copies.find(shingles, (number) => isKin(shingles, firsts.get(members[number]!)!))
      const known = { id, cascade: near === undefined ? id : members[near]!, shingles }
      add(known)
      fresh.push(known)
      return known.cascade
    },
    learned: () => {
      const told = fresh
      fresh = []
      return told
    },
  }
}

import { cascadeId } from './text/cascade'
import { makeNearCopies } from './text/near-copies'
import { type Shingles, shinglesOf } from './text/shingles'

/** A text that was seen: the first of its cascade, with what near copies are found by; or a near copy of the first. */
export type KnownText = { id: string; shingles: Shingles } | { id: string; cascade: string }

/** Which cascade a text belongs to, by the texts that came before. */
export interface CascadeIndex {
  /**
   * The cascade of a text: that of its exact normal form, or of the earliest text that it is a near copy of, or one of
   * its own. What it answers for a text once, it answers for every exact copy of it.
   */
  identify(text: string): string
  add(known: KnownText): void
  /** What `identify` has learned since this was asked last, in its order. */
  learned(): KnownText[]
}

export function makeCascadeIndex(): CascadeIndex {
  const cascades = new Map<string, string>()
  const firsts: string[] = []
  const copies = makeNearCopies()
  let fresh: KnownText[] = []

  const add = (known: KnownText) => {
    if (cascades.has(known.id)) return
    cascades.set(known.id, 'cascade' in known ? known.cascade : known.id)
    if ('cascade' in known) return
    firsts.push(known.id)
    copies.add(known.shingles)
  }

  return {
    add,
    identify: (text) => {
      const id = cascadeId(text)
      const before = cascades.get(id)
      if (before !== undefined) return before
      const shingles = shinglesOf(text)
      if (!shingles) return id
      const first = copies.find(shingles)
      const known: KnownText = first === undefined ? { id, shingles } : { id, cascade: firsts[first]! }
      add(known)
      fresh.push(known)
      return 'cascade' in known ? known.cascade : id
    },
    learned: () => {
      const told = fresh
      fresh = []
      return told
    },
  }
}

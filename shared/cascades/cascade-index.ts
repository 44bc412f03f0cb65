import { cascadeId } from '../text/cascade'
import { makeNearCopies } from '../text/near-copies'
import { isKin, type Shingles, shinglesOf } from '../text/shingles'

/** A known text: the id of its exact form, its cascade, and the shingles by which near copies are found. */
export interface KnownText {
  id: string
  cascade: string
  shingles: Shingles
}

/** Assigns cascades to texts, from the texts that it already knows. */
export interface CascadeIndex {
  /**
   * The cascade of a text: that of its exact normal form, else that of its nearest copy, else a new one. Every exact
   * copy gets the same answer.
   */
  identify(text: string): string
  add(known: KnownText): void
  /** The texts that `identify` added since the last call, in order. */
  learned(): KnownText[]
}

/** Takes about half a kilobyte for each text. */
export function makeCascadeIndex(): CascadeIndex {
  const cascades = new Map<string, string>()
  /** The cascade of each candidate for a near copy, by its number. */
  const members: string[] = []
  /** The first known text of each cascade. */
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
      // Copies of copies drift: a text must resemble the first text of its cascade.
      // oxlint-disable-next-line typescript/no-non-null-assertion -- `add` gives each of these numbers a cascade, and each cascade a first text
      const near = copies.find(shingles, (number) => isKin(shingles, firsts.get(members[number]!)!))
      // oxlint-disable-next-line typescript/no-non-null-assertion -- `add` gives each of these numbers a cascade
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

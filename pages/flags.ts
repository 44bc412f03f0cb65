import type { Flag } from '../shared/state/desk-item'

/** Every flag in words, in the order of its key on the desk: 1, 2, … */
const WORDS: Record<Flag, string> = {
  'other-language': 'another language',
  unreadable: 'cannot be read',
  personal: 'personal',
  'none-of-these': 'no label fits',
}

export const FLAG_NAMES: readonly string[] = Object.keys(WORDS)

export const isFlag = (name: string | undefined): name is Flag => name !== undefined && Object.hasOwn(WORDS, name)

/** A flag in words; an unknown flag is returned as it is. */
export const flagName = (flag: string): string => (isFlag(flag) ? WORDS[flag] : flag)

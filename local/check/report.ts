import type { Settings } from '../../shared/settings'

/** The result of checking a file. */
export interface FileReport {
  /** What it was recognised as, and what can be used of it; a line each. */
  lines: string[]
  /** Rows, tasks or messages that can be used. */
  used: number
  refused: number
  /** Every refused row, in a sentence, where they are wanted. */
  places: string[]
}

/** How a file is checked. */
export interface CheckRules {
  settings: Settings
  /** Whether the user chose the configuration: then its hashtags and categories count. */
  isOwn: boolean
  now: Date
  /** Whether every refused row is listed. */
  all: boolean
}

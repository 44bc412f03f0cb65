import type { Settings } from '../../shared/settings'

/** What a file came to. */
export interface FileReport {
  /** What it was found to be, and what can be used of it; a line each. */
  lines: string[]
  /** Rows, tasks or messages that can be used. */
  used: number
  refused: number
  /** Every refused row in words, where they are wanted. */
  places: string[]
}

/** How a file is checked. */
export interface CheckRules {
  settings: Settings
  /** Whether the user chose the configuration: then its hashtags and categories are those that count. */
  isOwn: boolean
  now: Date
  /** Whether every refused row is listed. */
  all: boolean
}

import type { makeNumbers } from './numbers'

/** The options of `npm start` with and without `--live`, for `parseArgs`. */
export const SHARED = {
  config: { type: 'string' },
  'labels-per-day': { type: 'string' },
  'accept-unreliable-labels': { type: 'boolean' },
  import: { type: 'string' },
  once: { type: 'boolean' },
  data: { type: 'string' },
  port: { type: 'string' },
  summary: { type: 'string' },
  record: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Options only of a replay, except for its language model. */
export const OF_A_REPLAY = {
  posts: { type: 'string' },
  'per-day': { type: 'string' },
  'every-day': { type: 'boolean' },
  annotators: { type: 'string' },
  mistakes: { type: 'string' },
  'label-by-hand': { type: 'boolean' },
  labeller: { type: 'string' },
  seed: { type: 'string' },
} as const

/** Options only of `--live`. */
export const OF_LIVE = {
  live: { type: 'boolean' },
  hashtag: { type: 'string', multiple: true },
  mastodon: { type: 'string' },
  days: { type: 'string' },
  secret: { type: 'string', multiple: true },
  'count-after': { type: 'string' },
} as const

/** The shared options that mean the same in both. */
export interface SharedOptions {
  config?: string
  labelsPerDay?: number
  acceptUnreliable: boolean
  /** A file of labels to begin with. */
  import?: string
  once: boolean
  summary?: string
  record?: string
}

interface SharedValues {
  config?: string
  'accept-unreliable-labels'?: boolean
  import?: string
  once?: boolean
  summary?: string
  record?: string
}

/** The shared options from what `parseArgs` read. */
export const sharedIn = (
  values: SharedValues,
  number: ReturnType<typeof makeNumbers<'labels-per-day'>>,
): SharedOptions => ({
  config: values.config,
  labelsPerDay: number('labels-per-day', 2, 100_000),
  acceptUnreliable: values['accept-unreliable-labels'] ?? false,
  import: values.import,
  once: values.once ?? false,
  summary: values.summary,
  record: values.record,
})

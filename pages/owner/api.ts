import { type Answer, ask } from '../api'

/** As services/owner answers. */
export interface Overview {
  version: number
  categories: Category[]
  agreement: Agreement | null
  open: OpenBatch[]
  settled: SettledBatch[]
  counts: { settled: number; imports: number; corrections: number; labels: number; disputes: number }
  annotators: Annotator[]
  people: { name: string; role: 'annotator' | 'owner' | 'reader'; until: string }[]
  spending: Spending[]
}

export interface Category {
  name: string
  definition: string
}

export interface Agreement {
  batch: string
  status: 'ok' | 'unreliable' | 'unmeasured'
  reasons: string[]
  alpha: Alpha
  /** Of one annotator with itself, where there is only one. */
  selfAgreement: Alpha | null
}

export interface Alpha {
  value: number | null
  low: number | null
  high: number | null
  items: number
}

export interface OpenBatch {
  batch: string
  deadline: string
  labeller: string
  items: number
  complete: number | null
  judgements: number
  costUsd: number
}

export interface SettledBatch {
  batch: string
  items: number
  labelled: number
  judgements: number
  costUsd: number
}

export interface Annotator {
  name: string
  judgements: number
  open: number
  reliability: number | null
  /** Hidden posts with a known label. */
  gold: { items: number; right: number }
  /** Posts that came back to the same person. */
  repeats: { items: number; same: number }
  invitedUntil: string | null
}

export interface Period {
  of: string
  spent: number
  cap: number
}
export interface Spending {
  what: 'judgements' | 'labelUsd'
  day: Period
  month: Period
}

export interface Said {
  annotator: string
  label: string | null
  flag: string | null
}

export interface Dispute {
  item: string
  text: string
  role: 'evaluation' | 'training'
  batch: string
  date: string
  label: string | null
  judgements: Said[]
}

export interface ShownLabel {
  item: string
  text: string
  label: string
  role: 'evaluation' | 'training'
  batch: string
  at: string
  adjudicated: boolean
  judgements: Said[]
}

export interface Touched {
  models: { job: string; verdict: string; live: boolean }[]
  reports: { hashtag: string; date: string; through: 'label' | 'model' }[]
}

export interface Corrected {
  outcome: 'corrected' | 'unchanged'
  batch: string
  touched: Touched
}

const AT = '/desk/owner'

export const api = {
  overview: () => ask<Overview>('GET', `${AT}/overview`),
  disputes: () => ask<{ disputes: Dispute[]; more: number }>('GET', `${AT}/disputes`),
  find: (words: string) =>
    ask<{ found: ShownLabel[]; more: number }>('GET', `${AT}/labels?words=${encodeURIComponent(words)}`),
  decide: (item: string, label: string) => ask<Corrected>('POST', `${AT}/labels`, { item, label }),
  close: (batch: string) => ask<{ closing: string }>('POST', `${AT}/close`, { batch }),
  invite: (annotator: string) => ask<{ url: string; expires: string }>('POST', `${AT}/invite`, { annotator }),
  revoke: (name: string) => ask<{ revoked: string }>('POST', `${AT}/revoke`, { name }),
}
export type { Answer }

import { z } from 'zod'
import { day, fraction, stream } from './fields'

const comparedLabel = z.object({
  label: z.string(),
  share: fraction.describe('Share of the posts of the week.'),
  before: fraction.describe('Share of the posts of the week before.'),
  p: fraction.describe('The probability of a difference this large if nothing changed.'),
  moved: z.boolean(),
})

/** `reports/moved/week=<Sunday>.json`: which shares of a calendar week differ from those of the week before. Never changed. */
export const movedSharesRecord = z.object({
  week: day.describe('The Sunday that ends the week.'),
  alpha: fraction.describe('The largest probability that a share is reported as moved if none moved.'),
  streams: z.array(
    z.object({
      hashtag: z.string(),
      stream,
      state: z.enum(['compared', 'not-compared']),
      reportKey: z.string().nullable().describe('The report of the Sunday; null where there is none.'),
      beforeKey: z.string().nullable().describe('The report of the Sunday before; null where there is none.'),
      reason: z.string().describe('Why a stream could not be compared; empty otherwise.'),
      labels: z.array(comparedLabel),
    }),
  ),
})
export type MovedSharesRecord = z.infer<typeof movedSharesRecord>

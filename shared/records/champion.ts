import { z } from 'zod'
import { labelStatus } from '../../events'
import { priorRecord } from '../engines/manifest'
import { day, instant } from './fields'

/** `champion.json`: which model is live. Its versions are the history. */
export const championRecord = z.object({
  job: z.string(),
  datasetId: z.string(),
  engine: z.string().default('fasttext').describe('As training.engine spells it.'),
  artefact: z.string(),
  versionId: z.string().nullable(),
  sha256: z.string(),
  labels: z.array(z.string()),
  textVersion: z.string(),
  schemaVersion: z.int(),
  labelStatus,
  latestDate: day.describe('The last UTC day of its labels; later labels measure how good it is.'),
  provisional: z.boolean().describe('It went live on too few evaluation items, or without a champion to compare with.'),
  temperature: z
    .number()
    .positive()
    .describe('Temperature: divides the logarithms of its probabilities before they are shown.'),
  prior: priorRecord
    .nullable()
    .default(null)
    .describe('What it predicts for a message of which it knows no token; null: equal shares.'),
  promotedAt: instant,
  replaces: z.string().nullable(),
})
export type ChampionRecord = z.infer<typeof championRecord>

import { z } from 'zod'
import { day, fraction } from './fields'
import { scoresRecord } from './scores'

/** `models/<job>/live.json`: how good a champion is on labels that were collected after its promotion. */
export const liveRecord = z.object({
  job: z.string(),
  after: day.describe('Labels of later UTC days count: `latestDate` of the dataset that it was trained on.'),
  through: day.describe('The last UTC day on which one of these labels was given.'),
  datasetId: z.string().describe('The dataset whose evaluation set was read.'),
  scores: scoresRecord,
  ece: fraction.nullable().describe('Of the probabilities after scaling.'),
})
export type LiveRecord = z.infer<typeof liveRecord>

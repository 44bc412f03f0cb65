import { z } from 'zod'
import { instant } from './fields'

const count = z.int().nonnegative()
const mark = z.string().regex(/^[0-9a-f]{32}$/)

/** `privacy/<request>.json`: a request for deletion and what was removed from where. It names no post and no author. */
export const deletionRecord = z.object({
  request: z.string().describe('A keyed hash of what was asked for: the same request has the same name.'),
  asked: instant,
  state: z
    .enum(['removing', 'verifying', 'done'])
    .describe(
      'verifying: everything was removed, and is looked for once more when every invocation that ran meanwhile has ended.',
    ),
  looked: instant.nullable().describe('When the last look that found something, or the first look, ended.'),
  posts: count.describe('Posts that were found or asked for, with retweets.'),
  authors: count,
  items: z
    .object({
      gone: count.describe('Messages of which no post remains.'),
      replaced: count.describe('Messages that are shown by a remaining copy.'),
    })
    .describe('Messages that were shown by a deleted post.'),
  objects: z
    .array(
      z.object({
        key: z.string(),
        rows: count.describe('Rows that went or were replaced in the version that is there.'),
        was: z.string().describe('SHA-256 of the object before any deletion: records and names know it by this.'),
        is: z.string().describe('SHA-256 of the object as this request left it.'),
      }),
    )
    .describe('Objects that lost rows, by key. Their names stay.'),
  versions: count.describe('Versions of objects that were removed.'),
  rows: z.record(z.string(), count).describe('Rows of the table that were changed or removed, by kind.'),
  datasets: z.array(z.string()).describe('Datasets whose training or validation examples lost rows.'),
  models: z.array(z.string()).describe('Training jobs that learnt from what was deleted.'),
  marks: z
    .object({
      posts: z.array(mark),
      authors: z.array(mark),
      items: z.array(mark),
      texts: z.record(mark, mark).describe('Of each text, the mark of its message.'),
    })
    .describe('Keyed hashes by which an invocation that resumes knows what to remove. Empty when it is done.'),
})
export type DeletionRecord = z.infer<typeof deletionRecord>

/** `models/<job>/deleted.json`: posts were deleted that the model learnt from. */
export const deletedFromRecord = z.object({
  job: z.string(),
  requests: z
    .record(z.string(), z.object({ items: count }))
    .describe('How many messages of its dataset each request removed or replaced.'),
  artefact: z.enum(['kept', 'deleted']).describe('It is kept while the model is live and deleted once it is replaced.'),
})
export type DeletedFromRecord = z.infer<typeof deletedFromRecord>

import { z } from 'zod'
import { instant } from './fields'

const count = z.int().nonnegative()
const mark = z.string().regex(/^[0-9a-f]{32}$/)

/** `privacy/<request>.json`: a request for deletion and what was removed from where. It names no post and no author. */
export const deletionRecord = z.object({
  request: z.string().describe('A keyed hash of the request: the same request has the same name.'),
  asked: instant,
  state: z
    .enum(['removing', 'verifying', 'done'])
    .describe(
      'verifying: everything was removed, and is searched for once more when every concurrent invocation has ended.',
    ),
  looked: instant.nullable().describe('When the last search that found something, or the first search, ended.'),
  posts: count.describe('Posts that were found or requested, including retweets.'),
  authors: count,
  items: z
    .object({
      gone: count.describe('Messages without a remaining post.'),
      replaced: count.describe('Messages that a remaining copy shows now.'),
    })
    .describe('Messages that a deleted post had shown.'),
  objects: z
    .array(
      z.object({
        key: z.string(),
        rows: count.describe('Rows that were removed or replaced in the current version.'),
        was: z
          .string()
          .describe('SHA-256 of the object before any deletion: records and names refer to it by this hash.'),
        is: z.string().describe('SHA-256 of the object as this request left it.'),
      }),
    )
    .describe('Objects that lost rows, by key. Their names do not change.'),
  versions: count.describe('Versions of objects that were removed.'),
  rows: z.record(z.string(), count).describe('Rows of the table that were changed or removed, by kind.'),
  datasets: z.array(z.string()).describe('Datasets whose training or validation examples lost rows.'),
  models: z.array(z.string()).describe('Training jobs that learnt from what was deleted.'),
  marks: z
    .object({
      posts: z.array(mark),
      authors: z.array(mark),
      items: z.array(mark),
      texts: z.record(mark, mark).describe('For each text, the mark of its message.'),
    })
    .describe('Keyed hashes that tell a resuming invocation what to remove. Empty when the request is done.'),
})
export type DeletionRecord = z.infer<typeof deletionRecord>

/** `models/<job>/deleted.json`: posts were deleted that the model learnt from. */
export const deletedFromRecord = z.object({
  job: z.string(),
  requests: z
    .record(z.string(), z.object({ items: count }))
    .describe('How many messages of its dataset each request removed or replaced.'),
  artefact: z
    .enum(['kept', 'deleted'])
    .describe('The artefact is kept while the model is live, and deleted once the model is replaced.'),
})
export type DeletedFromRecord = z.infer<typeof deletedFromRecord>

import { z } from 'zod'

/** Ids as a person types them: surrounding white space is removed. */
const ids = z.array(z.string().trim().min(1).max(500)).max(10_000).default([])

/**
 * `{"delete":{"posts":["…"],"authors":["…"]}}` deletes posts, everything that repeats them, and what the authors posted
 * or will post; with `"dryRun":true` it only says what would be deleted. `{"expire":true}` removes the texts that are
 * older than `retention.days`; the reconciler asks for this each day. `{}` resumes earlier requests.
 */
export const privacyRequest = z.union([
  z.strictObject({
    delete: z
      .strictObject({ posts: ids, authors: ids })
      .refine(({ posts, authors }) => posts.length + authors.length > 0, 'name at least one post or author'),
    dryRun: z.boolean().default(false),
  }),
  z.strictObject({ expire: z.literal(true) }),
  z.strictObject({}),
])
export type PrivacyRequest = z.infer<typeof privacyRequest>

import { z } from 'zod'
import { type DeclaredSecret, networkUrl, secretCheck, type SourceDeclaration } from './declaration'

const settings = z.strictObject({
  type: z.literal('bluesky'),
  service: networkUrl.default('https://bsky.social'),
  respectSignedInOnly: z.boolean().default(true),
})
export type BlueskySettings = z.infer<typeof settings>

const secret: DeclaredSecret = {
  resource: 'BlueskyAccount',
  holds: 'Bluesky account with an app password, as JSON',
  example: `'{"identifier":"NAME.bsky.social","password":"APP-PASSWORD"}'`,
}

/** Bluesky, its search for posts. */
export const bluesky: SourceDeclaration<BlueskySettings> = {
  type: 'bluesky',
  settings,
  prices: () => ({ perPostUsd: 0, perCountUsd: 0 }),
  secret,
  check: secretCheck('Bluesky account', secret),
  describe: ({ service }) => ({
    place: 'Bluesky',
    terms: ['https://bsky.social/about/support/tos', 'https://docs.bsky.app/docs/support/developer-guidelines'],
    address: service,
  }),
}

import { z } from 'zod'
import { type DeclaredSecret, networkUrl, secretCheck, type SourceDeclaration } from './declaration'

const settings = z.strictObject({
  type: z.literal('mastodon'),
  instance: networkUrl,
  token: z.boolean().default(false),
  localOnly: z.boolean().default(false),
  respectIndexable: z.boolean().default(true),
  skipBots: z.boolean().default(false),
  skipBridged: z.boolean().default(false),
  skipContentWarnings: z.boolean().default(false),
  lateHours: z.int().min(1).max(24).default(6),
  contact: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'an address of e-mail or of a page, without blanks')
    .optional(),
})
export type MastodonSettings = z.infer<typeof settings>

/** By host, so that a token goes to its own instance only. */
const secret: DeclaredSecret = {
  resource: 'MastodonTokens',
  holds: 'user tokens of Mastodon instances, as JSON by host',
  example: `'{"social.example":"TOKEN"}'`,
}
const needsSecret = ({ token }: MastodonSettings): boolean => token

/** A hashtag as one instance of Mastodon sees it, or a server that speaks Mastodon's API. */
export const mastodon: SourceDeclaration<MastodonSettings> = {
  type: 'mastodon',
  settings,
  prices: () => ({ perPostUsd: 0, perCountUsd: 0 }),
  secret,
  needsSecret,
  check: secretCheck('Mastodon token', secret, needsSecret),
  describe({ instance }) {
    const { host, origin } = new URL(instance)
    return {
      place: `Mastodon, as ${host} has it`,
      terms: [`${origin}/about`, `${origin}/terms-of-service`],
      address: instance,
    }
  },
}

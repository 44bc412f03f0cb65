import { z } from 'zod'

/** An entry under `sources` in `bellwether.yml`. Only the source's own files know the options of its type. */
export interface SourceSettings {
  type: string
  caps?: SourceCaps | undefined
  /** The network of its posts, which names the stream; the type where this is left out. */
  network?: string | undefined
}

/** Posts read from one source: a source with caps of its own does not share those of the configuration. */
export interface SourceCaps {
  posts: { perDay: number; perMonth: number }
}

const count = z.int().positive()
/** The name of a network in keys. */
export const network = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?$/,
    'a network is lower-case letters, digits and hyphens, as in mastodon',
  )

/** The options of every kind of source. */
export const commonOptions = {
  network: network.optional(),
  caps: z.strictObject({ posts: z.strictObject({ perDay: count, perMonth: count }) }).optional(),
}

const LOOPBACK = /^127\.0\.0\.1(:\d+)?$/

/** The URL of a network. Plain `http:` only for a server on this machine: anybody on the way could read the token. */
export const networkUrl = z
  .url({ protocol: /^https?$/, abort: true })
  .refine((url) => /^https:/i.test(url) || LOOPBACK.test(new URL(url).host), {
    error: 'has to begin with https:// (http:// is allowed only for the loopback address of this machine)',
    abort: true,
  })
  .refine((url) => {
    const { username, password, search, hash } = new URL(url)
    return `${username}${password}${search}${hash}` === ''
  }, 'must not have a user name, query or fragment')

/**
 * A kind of source as every part of the system but its adapter sees it: settings, price, secret and the doctor's check.
 * Its adapter, which fetches posts, is in services/collector/sources. docs/extending.md shows how to add one.
 */
export interface SourceDeclaration<S extends SourceSettings = SourceSettings> {
  /** What `type` says in the settings. */
  type: S['type']
  /** Schema of an entry under `sources`. A field of another type is refused by name. */
  settings: z.ZodObject<{ type: z.ZodLiteral<string> }>
  /** The price of requests to the network, in US dollars. */
  prices(settings: S): { perPostUsd: number; perCountUsd: number }
  /** The secret that its adapter reads; the stack creates it where the settings have such a source. */
  secret?: DeclaredSecret
  /** Whether a source with these settings needs the secret; left out: it always does. */
  needsSecret?(settings: S): boolean
  check: SourceCheck<S>
  describe(settings: S): Description
}

/** A source in words, for people who have not seen its settings. */
export interface Description {
  /** The place of its posts, as in `Mastodon, as social.example has it`. */
  place: string
  /** Addresses of the terms that hold there. */
  terms: string[]
  /** The URL that is called; absent for a source that is not a network. */
  address?: string
}

/** A secret whose value the operator sets. */
export interface DeclaredSecret {
  /**
   * Logical id in the stack. It must not change: CloudFormation would replace the secret, and its value would be lost.
   */
  resource: string
  /** What it holds: `bearer token of the X API`. */
  holds: string
  /** As a shell writes the value, for the doctor's remedy: `"$X_BEARER_TOKEN"`. */
  example: string
}

/** What the doctor checks before posts can be collected. */
interface SourceCheck<S extends SourceSettings = SourceSettings> {
  /** Name of the finding. */
  name: string
  /** What the hashtags' sources of this type need and the account lacks, by name; empty when nothing is missing. */
  missing(watched: readonly S[], account: AskAccount): Promise<string[]>
  /** The finding when nothing is missing. */
  ready(watched: readonly S[]): string
  /** The finding and the remedy when something is missing. */
  lacking(names: readonly string[], place: { bucket: string; secretId: string }): { found: string; remedy: string }
}

/** What a check may ask the account; a question that AWS refuses throws. */
interface AskAccount {
  /** Does the secret of this type of source have a value? */
  hasSecret(): Promise<boolean>
  /** Is this file of posts in the bucket? */
  hasFile(file: string): Promise<boolean>
}

/** The check of a source that needs its secret, if it does, and nothing else of the account. */
export const secretCheck = <S extends SourceSettings>(
  name: string,
  { example }: DeclaredSecret,
  needsSecret: (settings: S) => boolean = () => true,
): SourceCheck<S> => ({
  name,
  missing: async (watched, { hasSecret }) => (!watched.some(needsSecret) || (await hasSecret()) ? [] : ['secret']),
  ready: (watched) => (watched.some(needsSecret) ? 'the secret has a value' : 'no secret is needed'),
  lacking: (_, { secretId }) => ({
    found: 'the secret has no value',
    remedy: `aws secretsmanager put-secret-value --secret-id ${secretId} --secret-string ${example}`,
  }),
})

import { z } from 'zod'

/** An entry under `sources` in `bellwether.yml`. Only the source's own files know the options of its type. */
export interface SourceSettings {
  type: string
  caps?: SourceCaps | undefined
  /** The network that its posts are from, which names the stream; the type where this is left out. */
  network?: string | undefined
}

/** Posts read from one source: with caps of its own it does not share those of the configuration. */
export interface SourceCaps {
  posts: { perDay: number; perMonth: number }
}

const count = z.int().positive()
/** The name of a network as keys have it. */
export const network = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?$/,
    'a network is lower-case letters, digits and hyphens, as in mastodon',
  )

/** The options that every kind of source has. */
export const commonOptions = {
  network: network.optional(),
  caps: z.strictObject({ posts: z.strictObject({ perDay: count, perMonth: count }) }).optional(),
}

const LOOPBACK = /^127\.0\.0\.1(:\d+)?$/

/** The address of a network. Plain `http:` is for a server on this machine: anybody on the way could read the token. */
export const networkUrl = z
  .url({ protocol: /^https?$/, abort: true })
  .refine((url) => /^https:/i.test(url) || LOOPBACK.test(new URL(url).host), {
    error: 'has to begin with https:// (http:// is taken for the loopback address of this machine only)',
    abort: true,
  })
  .refine((url) => {
    const { username, password, search, hash } = new URL(url)
    return `${username}${password}${search}${hash}` === ''
  }, 'has to have no user name, query or fragment')

/**
 * A kind of source as every part of the system but its adapter sees it: settings, price, secret and the doctor's check.
 * Its adapter, which fetches posts, is in services/collector/sources. docs/extending.md shows how to add one.
 */
export interface SourceDeclaration<S extends SourceSettings = SourceSettings> {
  /** What `type` says in the settings. */
  type: S['type']
  /** Schema of an entry under `sources`. A field of another type is refused by name. */
  settings: z.ZodObject<{ type: z.ZodLiteral<string> }>
  /** What is asked of the network costs, in US dollars. */
  prices(settings: S): { perPostUsd: number; perCountUsd: number }
  /** The secret that its adapter reads; the stack makes it where the settings have such a source. */
  secret?: DeclaredSecret
  /** Whether a source with these settings needs the secret; each does where this is left out. */
  needsSecret?(settings: S): boolean
  check: SourceCheck<S>
  describe(settings: S): Description
}

/** A source in words, for people who have not seen its settings. */
export interface Description {
  /** Where its posts are, as in `Mastodon, as social.example has it`. */
  place: string
  /** Addresses of the terms that hold there. */
  terms: string[]
  /** The address that is asked; none for a source that is no network. */
  address?: string
}

/** A secret that the operator puts in by hand. */
export interface DeclaredSecret {
  /** Logical id in the stack. It must stay: CloudFormation would replace the secret, and its value would be lost. */
  resource: string
  /** What it holds: `bearer token of the X API`. */
  holds: string
  /** As a shell writes the value, for the doctor's remedy: `"$X_BEARER_TOKEN"`. */
  example: string
}

/** What the doctor asks before posts can be collected. */
interface SourceCheck<S extends SourceSettings = SourceSettings> {
  /** Name of the finding. */
  name: string
  /** What the hashtags' sources of this type need and the account lacks, by name; none when nothing is missing. */
  missing(watched: readonly S[], account: AskAccount): Promise<string[]>
  /** The finding when nothing is missing. */
  ready(watched: readonly S[]): string
  /** The finding and the command that helps when something is. */
  lacking(names: readonly string[], place: { bucket: string; secretId: string }): { found: string; remedy: string }
}

/** What a check may ask of the account; a question that AWS refuses throws. */
interface AskAccount {
  /** Does the secret of this type of source have a value? */
  hasSecret(): Promise<boolean>
  /** Is this file of posts in the bucket? */
  hasFile(file: string): Promise<boolean>
}

/** The check of a source that needs its secret, where it does, and nothing else of the account. */
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

import type { z } from 'zod'

/** An entry under `sources` in `bellwether.yml`. Only the source's own files know the options of its type. */
export interface SourceSettings {
  type: string
}

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
  check: SourceCheck<S>
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
export interface SourceCheck<S extends SourceSettings = SourceSettings> {
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
export interface AskAccount {
  /** Does the secret of this type of source have a value? */
  hasSecret(): Promise<boolean>
  /** Is this file of posts in the bucket? */
  hasFile(file: string): Promise<boolean>
}

/** The check of a source that needs its secret and nothing else of the account. */
export const secretCheck = (name: string, { example }: DeclaredSecret): SourceCheck => ({
  name,
  missing: async (_, { hasSecret }) => ((await hasSecret()) ? [] : ['secret']),
  ready: () => 'the secret has a value',
  lacking: (_, { secretId }) => ({
    found: 'the secret has no value',
    remedy: `aws secretsmanager put-secret-value --secret-id ${secretId} --secret-string ${example}`,
  }),
})

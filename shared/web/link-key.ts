import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { BellwetherError } from '../errors'
import type { PersonRole } from '../state/people'

/** The key that signs links; read when it is needed, so that packaging and cold starts need none. */
export type LinkKey = () => Promise<string>

/** One key for each kind of person. The function of a page has only the key of its own visitors. */
export type LinkKeys = Readonly<Record<PersonRole, LinkKey>>

const SHORTEST = 32

/** The secret's plain text. Cached for five minutes, so that a changed key takes effect soon. */
export function secretLinkKey(client: SecretsManagerClient, secret: string, clock: () => number = Date.now): LinkKey {
  let kept: { key: string; untilMs: number } | undefined
  return async () => {
    if (kept && clock() < kept.untilMs) return kept.key
    const { SecretString: key = '' } = await client.send(new GetSecretValueCommand({ SecretId: secret }))
    if (key.length < SHORTEST) {
      throw new BellwetherError(
        'SECRET_MISSING',
        `the link key ${secret} has fewer than ${SHORTEST} characters: too easy to guess; put a longer one into the secret`,
      )
    }
    kept = { key, untilMs: clock() + 300_000 }
    return key
  }
}

/** The keys of all kinds of people, for a function that makes links. */
export const secretLinkKeys = (
  client: SecretsManagerClient,
  secrets: { annotatorLinkSecret: string; ownerLinkSecret: string; readerLinkSecret: string },
): LinkKeys => ({
  annotator: secretLinkKey(client, secrets.annotatorLinkSecret),
  owner: secretLinkKey(client, secrets.ownerLinkSecret),
  reader: secretLinkKey(client, secrets.readerLinkSecret),
})

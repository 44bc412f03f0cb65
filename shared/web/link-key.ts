import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { BellwetherError } from '../errors'

/** The key that signs links; asked for when it is needed, so that packaging and cold starts need none. */
export type LinkKey = () => Promise<string>

const SHORTEST = 32

/** The secret's plain text. It is kept for five minutes, so that a changed key holds soon. */
export function secretLinkKey(client: SecretsManagerClient, secret: string, clock: () => number = Date.now): LinkKey {
  let kept: { key: string; untilMs: number } | undefined
  return async () => {
    if (kept && clock() < kept.untilMs) return kept.key
    const { SecretString: key = '' } = await client.send(new GetSecretValueCommand({ SecretId: secret }))
    if (key.length < SHORTEST) {
      throw new BellwetherError('SECRET_MISSING', `the link key ${secret} has fewer than ${SHORTEST} characters`)
    }
    kept = { key, untilMs: clock() + 300_000 }
    return key
  }
}

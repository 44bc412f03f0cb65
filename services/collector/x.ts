import { type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { BellwetherError } from '../../shared/errors'
import type { Source } from './source'

export const openX =
  (_client: SecretsManagerClient, _config: { xSecret: string; xApiUrl: string }) =>
  async (hashtag: string): Promise<Source> => {
    throw new BellwetherError('SOURCE_UNAVAILABLE', `X cannot be read for #${hashtag} yet`)
  }

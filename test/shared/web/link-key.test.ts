import { describe, expect, it } from '@jest/globals'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { mockClient } from 'aws-sdk-client-mock'
import { secretLinkKey } from '../../../shared/web/link-key'

const keyed = (SecretString: string) => {
  const client = new SecretsManagerClient({ region: 'eu-west-1' })
  const mock = mockClient(client)
  mock.on(GetSecretValueCommand).resolves({ SecretString })
  return { client, mock }
}

describe('the link key', () => {
  it('is the plain text of the secret, read again after five minutes', async () => {
    const { client, mock } = keyed('k'.repeat(64))
    let nowMs = 0
    const linkKey = secretLinkKey(client, 'secret', () => nowMs)

    const keys = [await linkKey(), await linkKey()]
    nowMs = 300_000
    mock.on(GetSecretValueCommand).resolves({ SecretString: 'n'.repeat(64) })
    keys.push(await linkKey())

    expect(keys).toEqual(['k'.repeat(64), 'k'.repeat(64), 'n'.repeat(64)])
    expect(mock.commandCalls(GetSecretValueCommand)).toHaveLength(2)
  })

  it('is refused when it is too short to sign with', async () => {
    const { client } = keyed('short')

    await expect(secretLinkKey(client, 'secret')()).rejects.toThrow('SECRET_MISSING')
  })
})

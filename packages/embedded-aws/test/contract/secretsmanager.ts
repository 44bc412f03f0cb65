import { afterAll, beforeAll, describe, expect } from '@jest/globals'
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { clientOf, type CloudUnderTest } from './cloud'
import { type Fact, refusalOf, unique } from './fact'

export function testSecretsManager(cloud: () => CloudUnderTest, fact: Fact): void {
  let secrets: SecretsManagerClient

  const create = async (more: object = {}) => {
    const Name = unique('contract/secret')
    return { Name, ...(await secrets.send(new CreateSecretCommand({ Name, ...more }))) }
  }
  const get = (SecretId: string, more: object = {}) => secrets.send(new GetSecretValueCommand({ SecretId, ...more }))
  const put = (SecretId: string, SecretString: string, more: object = {}) =>
    secrets.send(new PutSecretValueCommand({ SecretId, SecretString, ...more }))

  beforeAll(() => {
    secrets = new SecretsManagerClient(clientOf(cloud()))
  })
  afterAll(() => secrets.destroy())

  describe('secrets', () => {
    fact('returns a secret by name and by ARN', async () => {
      const { Name, ARN = '' } = await create({ SecretString: '{"token":"ü"}' })

      expect(ARN).toMatch(new RegExp(`^arn:aws:secretsmanager:eu-west-1:\\d{12}:secret:${Name}-\\w{6}$`))
      expect(await get(Name)).toMatchObject({ Name, ARN, SecretString: '{"token":"ü"}', VersionStages: ['AWSCURRENT'] })
      expect((await get(ARN)).SecretString).toBe('{"token":"ü"}')
    })

    fact('keeps binary values', async () => {
      const { Name } = await create({ SecretBinary: Uint8Array.of(0, 255) })
      expect(Array.from((await get(Name)).SecretBinary ?? [])).toEqual([0, 255])
    })

    fact('has no value until one is put', async () => {
      const { Name } = await create()

      expect((await refusalOf(get(Name))).name).toBe('ResourceNotFoundException')
      expect((await secrets.send(new DescribeSecretCommand({ SecretId: Name }))).Name).toBe(Name)
      await put(Name, 'now')
      expect((await get(Name)).SecretString).toBe('now')
    })

    fact('keeps the previous value', async () => {
      const { Name } = await create({ SecretString: 'one' })
      await put(Name, 'two')
      const { VersionId } = await put(Name, 'three')

      expect((await get(Name)).SecretString).toBe('three')
      expect((await get(Name, { VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('two')
      expect((await get(Name, { VersionId })).SecretString).toBe('three')
      const { VersionIdsToStages } = await secrets.send(new DescribeSecretCommand({ SecretId: Name }))
      expect(VersionIdsToStages?.[VersionId ?? '']).toEqual(['AWSCURRENT'])
    })

    fact('puts a value with the same token only once', async () => {
      const { Name } = await create({ SecretString: 'one' })
      const ClientRequestToken = '11111111-2222-3333-4444-555555555555'
      await put(Name, 'two', { ClientRequestToken })
      await put(Name, 'two', { ClientRequestToken })

      expect((await get(Name, { VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('one')
      expect((await refusalOf(put(Name, 'three', { ClientRequestToken }))).name).toBe('ResourceExistsException')
    })

    fact('answers 400 for a missing secret', async () => {
      expect((await refusalOf(get(unique('missing')))).status).toBe(400)
    })

    fact('refuses a missing secret, and an existing name', async () => {
      const { Name } = await create({ SecretString: 'x' })
      expect((await refusalOf(get(unique('missing')))).name).toBe('ResourceNotFoundException')
      expect((await refusalOf(put(unique('missing'), 'x'))).name).toBe('ResourceNotFoundException')
      expect((await refusalOf(secrets.send(new CreateSecretCommand({ Name })))).name).toBe('ResourceExistsException')
    })
  })
}

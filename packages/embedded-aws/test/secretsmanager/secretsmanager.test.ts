import { statSync } from 'node:fs'
import path from 'node:path'
import {
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { createSecretsManager, type SecretsManager } from '../../src/secretsmanager'
import { clientOf, type Served, serve } from '../serve'

let served: Served<{ secrets: SecretsManager }>
let client: SecretsManagerClient

const connect = () => {
  client?.destroy()
  client = new SecretsManagerClient({ ...clientOf(served), maxAttempts: 1 })
}
const get = async (SecretId: string) => (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString

beforeEach(async () => {
  served = await serve((context) => ({ secrets: createSecretsManager(context) }))
  connect()
})
afterEach(async () => {
  client.destroy()
  await served.close()
})

it("keeps ARN and values across a restart, whatever the template's initial value", async () => {
  const arn = served.services.secrets.ensureSecret('x/token', 'generated')
  await client.send(new PutSecretValueCommand({ SecretId: 'x/token', SecretString: 'real' }))
  served = await served.restart()
  connect()

  expect(served.services.secrets.ensureSecret('x/token', 'generated anew')).toBe(arn)
  expect(await get('x/token')).toBe('real')
  expect(await get(arn)).toBe('real')
})

it('stores no value for a secret that was created without one', async () => {
  served.services.secrets.ensureSecret('x/empty')
  await expect(get('x/empty')).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

it('stores the file with access for its owner only', () => {
  served.services.secrets.ensureSecret('x/token', 'generated')
  expect(statSync(path.join(served.dataDir, 'secretsmanager', 'secrets.json')).mode & 0o777).toBe(0o600)
})

it('refuses an unknown operation by name', async () => {
  await expect(client.send(new DeleteSecretCommand({ SecretId: 'x' }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 501 },
    message: expect.stringContaining('DeleteSecret'),
  })
})

it('needs permission for the ARN of the secret, by whatever name it is requested', () => {
  const arn = served.services.secrets.ensureSecret('x/token')
  const access = (SecretId: string) =>
    served.services.secrets.open({
      service: 'secretsmanager',
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      headers: { 'x-amz-target': 'secretsmanager.GetSecretValue' },
      body: Buffer.from(JSON.stringify({ SecretId })),
      principal: { arn: 'a' },
    }).accesses
  const conditions = { 'secretsmanager:VersionStage': 'AWSCURRENT' }
  for (const id of ['x/token', arn, arn.slice(0, -7)]) {
    expect(access(id)).toEqual([{ action: 'secretsmanager:GetSecretValue', resource: arn, conditions }])
  }
})

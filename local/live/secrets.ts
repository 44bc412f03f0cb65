import { existsSync, readFileSync } from 'node:fs'
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { isNamed } from '../../shared/errors'
import type { Settings } from '../../shared/settings'
import { sourceSecrets } from '../../shared/sources'
import type { Cloud } from '../cloud'
import { asOwner } from '../owner'

interface Ports {
  cloud: Pick<Cloud, 'stack' | 'region' | 'endpoint'>
  /** Asks the person at the terminal, without showing the input; undefined without a terminal. */
  ask: ((question: string) => Promise<string>) | undefined
}

/**
 * Put the secrets of the sources into the embedded Secrets Manager: those of the named files; the missing ones are
 * asked for. They are stored in the data folder, in a file that only its user can read. Throws what to do.
 */
export async function provideSecrets(
  { cloud, ask }: Ports,
  sources: Settings['sources'],
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const needed = sourceSecrets(sources)
  const unknown = Object.keys(files).find((type) => !needed.some((secret) => secret.type === type))
  if (unknown !== undefined) {
    const types = needed.map(({ type }) => type).join(', ') || 'none'
    throw new Error(`--secret ${unknown}: no configured source needs it; those that need one: ${types}`)
  }
  const client = new SecretsManagerClient(asOwner(cloud))
  for (const { type, resource, holds, example } of needed) {
    const id = cloud.stack.resources.find(({ logicalId }) => logicalId === resource)?.ref
    if (id === undefined) {
      throw new Error(
        `the stack has no secret for ${holds}: put the source into bellwether.yml, from which it is packaged`,
      )
    }
    const file = files[type]
    if (file === undefined && (await hasValue(client, id))) continue
    if (file !== undefined && !existsSync(file)) throw new Error(`there is no file ${file}: correct the path`)
    const given = file === undefined ? await ask?.(questionFor(holds, example)) : readFileSync(file, 'utf8')
    const value = given?.trim() ?? ''
    if (value === '') {
      throw new Error(
        `${holds}: it is missing; start once in a terminal, which asks for it, or name a file that holds it: --secret ${type}=FILE`,
      )
    }
    await client.send(new PutSecretValueCommand({ SecretId: id, SecretString: value }))
  }
}

/** An example is written for a shell: for a quoted text the text, for a variable nothing. */
function questionFor(holds: string, example: string): string {
  const form = /^'(.*)'$/.exec(example)?.[1]
  return `${holds}${form === undefined ? '' : ` (${form})`}, not shown: `
}

async function hasValue(client: SecretsManagerClient, id: string): Promise<boolean> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }))
    return Boolean(SecretString)
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return false
    throw error
  }
}

import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { AwsError } from '../protocol/aws-error'
import type { CloudContext } from '../service'
import { secretArn } from './arn'

const version = z.strictObject({
  id: z.string(),
  createdAt: z.number(),
  /** `AWSCURRENT`, `AWSPREVIOUS`, or a name that the caller chose. */
  stages: z.array(z.string()),
  text: z.string().optional(),
  /** Base64. */
  binary: z.string().optional(),
})
const secret = z.strictObject({
  name: z.string(),
  arn: z.string(),
  description: z.string().optional(),
  createdAt: z.number(),
  changedAt: z.number(),
  /** Newest first; none until a value is put. */
  versions: z.array(version),
})

export type Secret = z.infer<typeof secret>
export type SecretVersion = z.infer<typeof version>
export type SecretValue = Pick<SecretVersion, 'text' | 'binary'>

export interface Vault {
  all(): Secret[]
  /** By name or ARN. Raises ResourceNotFoundException (400). */
  secret(id: string): Secret
  /** Raises ResourceExistsException (400). */
  create(name: string, description?: string): Secret
  /** Make this the current version; the same token again changes nothing. */
  putValue(id: string, value: SecretValue, token?: string): SecretVersion
  has(name: string): boolean
  /** The ARN to check permissions on: the secret's own or, if it does not exist, what its ARN would begin with. */
  arnOf(id: string): string
}

/** Secrets in a file that only its owner may read. */
export function openVault({ dataDir, region, account, clock }: CloudContext): Vault {
  const folder = path.join(dataDir, 'secretsmanager')
  const file = path.join(folder, 'secrets.json')
  mkdirSync(folder, { recursive: true })
  const kept = existsSync(file) ? z.array(secret).parse(JSON.parse(readFileSync(file, 'utf8'))) : []
  const secrets = new Map(kept.map((one) => [one.name, one]))

  const keep = (changed: Secret) => {
    secrets.set(changed.name, changed)
    writeFileSync(`${file}.new`, JSON.stringify([...secrets.values()], null, 2), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  const find = (id: string) =>
    secrets.get(id) ?? [...secrets.values()].find(({ arn }) => arn === id || arn.slice(0, -7) === id)
  const get = (id: string): Secret => {
    const found = find(id)
    if (!found) throw new AwsError(400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
    return found
  }

  return {
    all: () => [...secrets.values()],
    secret: get,
    has: (name) => secrets.has(name),
    create(name, description) {
      if (secrets.has(name)) {
        throw new AwsError(
          400,
          'ResourceExistsException',
          `The operation failed because the secret ${name} already exists.`,
        )
      }
      const now = clock.now()
      const arn = secretArn(name, region, account)
      const made: Secret = {
        name,
        arn,
        createdAt: now,
        changedAt: now,
        versions: [],
        ...(description !== undefined && { description }),
      }
      keep(made)
      return made
    },
    putValue(id, value, token = randomUUID()) {
      const owner = get(id)
      const known = owner.versions.find((one) => one.id === token)
      if (known && known.text === value.text && known.binary === value.binary) return known
      if (known)
        throw new AwsError(
          400,
          'ResourceExistsException',
          'You provided a value that is not the one of this ClientRequestToken.',
        )

      const put: SecretVersion = { id: token, createdAt: clock.now(), stages: ['AWSCURRENT'], ...value }
      const before = owner.versions.map((one) => ({ ...one, stages: demoted(one.stages) }))
      keep({ ...owner, changedAt: clock.now(), versions: [put, ...before.filter(({ stages }) => stages.length > 0)] })
      return put
    },
    arnOf: (id) =>
      find(id)?.arn ?? (id.startsWith('arn:') ? id : `arn:aws:secretsmanager:${region}:${account}:secret:${id}-??????`),
  }
}

/** The current version becomes the previous one, and the previous one loses its label. */
const demoted = (stages: readonly string[]): string[] =>
  stages.flatMap((stage) => (stage === 'AWSCURRENT' ? ['AWSPREVIOUS'] : stage === 'AWSPREVIOUS' ? [] : [stage]))

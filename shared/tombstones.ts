import { createHmac } from 'node:crypto'
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { BellwetherError } from './errors'
import type { PostTrace } from './posts'
import { buriedAmong, hasTombstones } from './state/tombstones'
import type { Table } from './table'

/** The keyed hash of a deleted post, author or other id; 32 hex digits. */
export type Mark = (kind: MarkedKind, value: string) => string
export type MarkedKind = 'post' | 'author' | 'item' | 'text' | 'request'

const SHORTEST = 32

/** Without the key nobody can tell what a mark means, not even by trying every id. */
export const markWith =
  (key: string): Mark =>
  (kind, value) =>
    createHmac('sha256', key).update(`${kind}:${value}`).digest('hex').slice(0, 32)

/**
 * The marks by the key of the stack. The key is read when it is first needed and never changes: all tombstones depend
 * on it.
 */
export function secretMarks(client: SecretsManagerClient, secret: string): () => Promise<Mark> {
  let mark: Mark | undefined
  return async () => {
    if (mark) return mark
    const { SecretString: key = '' } = await client.send(new GetSecretValueCommand({ SecretId: secret }))
    if (key.length < SHORTEST)
      throw new BellwetherError(
        'SECRET_MISSING',
        `tombstone key ${secret} has fewer than ${SHORTEST} characters: deleted posts could come back; restore its first version`,
      )
    mark = markWith(key)
    return mark
  }
}

/** Whether each of these posts was deleted, repeats a deleted post, or is by a deleted author. */
export type AskTombstones = (posts: readonly PostTrace[]) => Promise<boolean[]>

export const askTombstones =
  (table: Pick<Table, 'get' | 'getMany'>, marks: () => Promise<Mark>): AskTombstones =>
  async (posts) => {
    if (posts.length === 0 || !(await hasTombstones(table))) return posts.map(() => false)
    const mark = await marks()
    const traces = posts.map(({ id, authorId, retweetOf }) => [
      mark('post', id),
      ...(authorId ? [mark('author', authorId)] : []),
      ...(retweetOf ? [mark('post', retweetOf)] : []),
    ])
    const buried = await buriedAmong(table, [...new Set(traces.flat())])
    return traces.map((of) => of.some((one) => buried.has(one)))
  }

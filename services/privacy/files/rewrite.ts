import { createHash } from 'node:crypto'
import { keys } from '../../../shared/keys'
import { recordedHash, type Rewriting } from '../../../shared/objects'
import { noteRewrittenLabels } from '../../../shared/state/rewritten-labels'
import type { Table } from '../../../shared/table'
import type { Rewritten } from './lines'
import { allVersions, type Version, type VersionBody, type Versions } from '../versions'

export interface RewritePorts {
  bucket: Versions
  table: Pick<Table, 'get' | 'update'>
}

/** How an object is changed, by its key; undefined where it is left alone. */
export type ChangeAt = (key: string) => Change | undefined

interface Change {
  /** The new bytes; undefined where nothing changes. */
  rewrite(body: Buffer, version: Version): Rewritten | undefined
  /** A put of the key starts work, so it is written by a copy, which no rule reacts to. */
  starts?: true | undefined
}

/** What was done to one version of an object. */
export interface RewriteOutcome {
  key: string
  /** The current object, if the version was or is the latest. */
  rewriting?: Rewriting
  /** Whether a version was removed. */
  removed: boolean
  /** Another writer replaced it meanwhile: it has to be searched again. */
  raced?: true
}

/** How often concurrent writers of one object may interfere before the rest is left to the next hour. */
const ATTEMPTS = 5

/**
 * Remove deleted posts from every version of an object, one after the other: S3 refuses a conditional write while
 * another version of the key is removed. Where a writer replaced the object meanwhile, the new version is searched.
 */
export async function rewriteKey(
  ports: RewritePorts,
  versions: readonly Version[],
  changeAt: ChangeAt,
  how: { request: string; dryRun: boolean },
): Promise<RewriteOutcome[]> {
  const outcomes: RewriteOutcome[] = []
  let left: readonly Version[] = versions
  for (let attempt = 1; left.length > 0; attempt++) {
    const raced: string[] = []
    for (const version of left) {
      const outcome = await rewriteVersion(ports, version, changeAt(version.key), how)
      if (outcome?.raced && attempt < ATTEMPTS) raced.push(version.key)
      else if (outcome) outcomes.push(outcome)
    }
    left = raced.length > 0 ? await versionsOf(ports.bucket, raced[0] ?? '') : []
  }
  return outcomes
}

async function versionsOf(bucket: Pick<Versions, 'list'>, key: string): Promise<Version[]> {
  return (await allVersions(bucket, key)).filter((version) => version.key === key)
}

/**
 * Remove deleted posts from one version. The latest version is written again and then removed, an earlier one is
 * removed. Undefined where the version has none of them, unless the request has rewritten it before.
 */
async function rewriteVersion(
  { bucket, table }: RewritePorts,
  version: Version,
  change: Change | undefined,
  { request, dryRun }: { request: string; dryRun: boolean },
): Promise<RewriteOutcome | undefined> {
  const { key, latest } = version
  if (!change) return undefined
  const found = await bucket.read(version)
  if (!found) return undefined
  const rewritten = change.rewrite(found.body, version)
  if (!rewritten) return ofThisRequest(key, found, request)

  const is = sha256(rewritten.body)
  const before = found.rewriting?.request === request ? found.rewriting.rows : 0
  const rewriting = { request, was: recordedHash(found.body, found.rewriting), is, rows: before + rewritten.rows }
  if (dryRun) return latest ? { key, rewriting, removed: false } : { key, removed: true }
  if (latest) {
    const about = { etag: version.etag, contentType: found.contentType, rewriting }
    if (!change.starts) {
      if (!(await bucket.put(key, rewritten.body, about))) return { key, removed: false, raced: true }
    } else await putQuietly({ bucket, table }, version, rewritten.body, about)
  }
  await bucket.remove([version])
  return latest ? { key, rewriting, removed: true } : { key, removed: true }
}

const ofThisRequest = (key: string, { rewriting }: VersionBody, request: string): RewriteOutcome | undefined =>
  rewriting?.request === request ? { key, rewriting, removed: false } : undefined

/** Write to a key whose put would start work: a copy of a staged object starts none. */
async function putQuietly(
  { bucket, table }: RewritePorts,
  { key, etag, modified }: Version,
  body: Buffer,
  about: { contentType: string | undefined; rewriting: Rewriting },
): Promise<void> {
  const batch = keys.settledManifest.match(key)?.batch
  // The ETag of an object that was copied or put in one request without a KMS key.
  const next = `"${createHash('md5').update(body).digest('hex')}"`
  if (batch !== undefined) await noteRewrittenLabels(table, batch, { before: etag, etag: next, modified })
  const name = sha256(Buffer.from(key)).slice(0, 16)
  const staged = keys.staged({ request: about.rewriting.request, name })
  await bucket.put(staged, body, { etag: undefined, contentType: about.contentType, rewriting: undefined })
  await bucket.copy(staged, key, about)
  await removeAll(bucket, staged)
}

/** Remove every version under a prefix. */
export async function removeAll(bucket: Pick<Versions, 'list' | 'remove'>, prefix: string): Promise<number> {
  const versions = await allVersions(bucket, prefix)
  await bucket.remove(versions)
  return versions.length
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

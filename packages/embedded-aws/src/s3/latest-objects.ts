import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

/** The journal's records about objects of a bucket; its other records are about uploads. */
const change = z.union([
  z.object({
    put: z.object({ kind: z.string(), key: z.string(), versionId: z.string(), blob: z.string().optional() }),
  }),
  z.object({ remove: z.object({ key: z.string(), versionId: z.string() }) }),
])

/**
 * The files of the objects with this key prefix in a cloud's data folder, by key. It only reads, so a cloud may be running on
 * the folder. Empty if the folder is not a cloud's.
 */
export function latestObjects(dataDir: string, prefix: string): Map<string, string> | undefined {
  const root = path.join(dataDir, 's3')
  if (!existsSync(root)) return undefined
  const found = new Map<string, string>()
  for (const bucket of readdirSync(root)) {
    const journal = path.join(root, bucket, 'changes.jsonl')
    if (!existsSync(journal)) continue
    for (const [key, blob] of latestIn(journal, prefix)) found.set(key, path.join(root, bucket, 'blobs', blob))
  }
  return found
}

function latestIn(journal: string, prefix: string): [key: string, blob: string][] {
  const versions = new Map<string, { versionId: string; blob: string | undefined }[]>()
  // The last line may be incomplete.
  for (const line of readFileSync(journal, 'utf8').split('\n').slice(0, -1)) {
    if (!line.includes(prefix)) continue
    const read = change.safeParse(JSON.parse(line))
    if (!read.success) continue
    const { key, versionId } = 'put' in read.data ? read.data.put : read.data.remove
    if (!key.startsWith(prefix)) continue
    const others = (versions.get(key) ?? []).filter((one) => one.versionId !== versionId)
    versions.set(key, 'put' in read.data ? [{ versionId, blob: read.data.put.blob }, ...others] : others)
  }
  return [...versions].flatMap(([key, [newest]]) => (newest?.blob === undefined ? [] : [[key, newest.blob]]))
}

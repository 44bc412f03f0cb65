import { createHash } from 'node:crypto'
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { z } from 'zod'

/**
 * What this subscriber reads of ModelPromoted and ModelRolledBack: events/schemas/ModelPromoted.v1.json has all of it.
 */
export const announcedModel = z.object({
  version: z.literal(1),
  job: z.string(),
  artefact: z.string().regex(/^s3:\/\/[^/]+\/.+$/),
  versionId: z.string().nullable(),
  sha256: z.string(),
  labels: z.array(z.string()),
  textVersion: z.string(),
})
export type AnnouncedModel = z.infer<typeof announcedModel>

/**
 * Fetch the artefact that an event names, in the version that it names, and check its hash. Throws where the hash
 * differs, so that Lambda retries and then keeps the event.
 */
export async function fetchModel(
  client: S3Client,
  { artefact, versionId, sha256 }: AnnouncedModel,
): Promise<Uint8Array> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(artefact) ?? []
  const version = versionId === null ? {} : { VersionId: versionId }
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...version }))
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array()

  const found = createHash('sha256').update(bytes).digest('hex')
  if (found !== sha256) throw new Error(`${artefact}: found SHA-256 ${found}, the event says ${sha256}`)
  return bytes
}

import { z } from 'zod'

export const checksum = z.strictObject({
  /** As in the header's name: `crc32`, `sha256`, … */
  algorithm: z.string(),
  /** Base64; a composite one ends in `-<number of parts>`. */
  value: z.string(),
  type: z.enum(['FULL_OBJECT', 'COMPOSITE']),
})

/** A version of an object, with its bytes in a file of their own. */
const storedObject = z.strictObject({
  kind: z.literal('object'),
  key: z.string(),
  /** `null` where versioning was off. */
  versionId: z.string(),
  /** Milliseconds since the epoch. */
  lastModified: z.number(),
  /** Hexadecimal; later changes of a key have a greater one. */
  sequencer: z.string(),
  /** Name of the file with the bytes. */
  blob: z.string(),
  size: z.number(),
  /** Without quotes. */
  etag: z.string(),
  /** What goes back with the object: Content-Type, `x-amz-meta-…`, … in lower case. */
  headers: z.record(z.string(), z.string()),
  checksum: checksum.optional(),
  tags: z.record(z.string(), z.string()).optional(),
  /** The parts that it was uploaded in, where they were summed. */
  parts: z.array(z.strictObject({ number: z.number(), size: z.number(), checksum: checksum.optional() })).optional(),
})

/** What a delete leaves in a versioned bucket. */
const deleteMarker = storedObject
  .pick({ key: true, versionId: true, lastModified: true, sequencer: true })
  .extend({ kind: z.literal('delete marker') })

export const version = z.discriminatedUnion('kind', [storedObject, deleteMarker])

export type Checksum = z.infer<typeof checksum>
export type StoredObject = z.infer<typeof storedObject>
export type DeleteMarker = z.infer<typeof deleteMarker>
export type Version = z.infer<typeof version>

import { z } from 'zod'
import { checksum } from './version'

export const part = z.strictObject({
  number: z.number(),
  blob: z.string(),
  size: z.number(),
  /** Without quotes. */
  etag: z.string(),
  lastModified: z.number(),
  checksum: checksum.optional(),
})

/** A multipart upload that is neither completed nor aborted. */
export const upload = z.strictObject({
  id: z.string(),
  key: z.string(),
  startedAt: z.number(),
  /** Metadata of the finished object. */
  headers: z.record(z.string(), z.string()),
  tags: z.record(z.string(), z.string()).optional(),
  checksumAlgorithm: z.string().optional(),
  checksumType: z.enum(['FULL_OBJECT', 'COMPOSITE']).optional(),
  parts: z.array(part),
})

export type Part = z.infer<typeof part>
export type Upload = z.infer<typeof upload>

import { z } from 'zod'
import { namedRecord } from '../by-name'

export const priorRecord = namedRecord(z.number().min(0).max(1))

/** The file of an archive that names the engine. BlazingText writes none. */
export const MANIFEST = 'model.json'

export const modelManifest = z.object({
  format: z.literal(1),
  engine: z.string().describe('Which engine reads the other files.'),
  textVersion: z.string().describe('Of the text function that its training texts were read with.'),
  prior: priorRecord.describe(
    'Label shares, for a message that holds nothing the model knows; empty where none is known.',
  ),
})
export type ModelManifest = z.infer<typeof modelManifest>

/** As a file of the archive. */
export const manifestText = (manifest: ModelManifest): string => `${JSON.stringify(manifest, null, 2)}\n`

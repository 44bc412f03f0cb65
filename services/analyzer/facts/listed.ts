import type { z } from 'zod'
import { BellwetherError } from '../../../shared/errors'
import { findJson, type Objects } from '../../../shared/objects'

/** A document whose key was listed a moment ago; OBJECT_MISSING where a deletion has removed it since. */
export async function readListed<S extends z.ZodType>(
  objects: Pick<Objects, 'read'>,
  key: string,
  schema: S,
): Promise<z.infer<S>> {
  const found = await findJson(objects, key, schema)
  if (found !== undefined) return found
  throw new BellwetherError(
    'OBJECT_MISSING',
    `${key} was listed but no longer exists: a deletion may have removed it; try again`,
  )
}

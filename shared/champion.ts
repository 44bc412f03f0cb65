import { keys } from './keys'
import { type Objects, parseJson } from './objects'
import { type ChampionRecord, championRecord } from './records'

/** The live model, with the ETag to swap it by; undefined before the first promotion. */
export async function readChampion(
  objects: Pick<Objects, 'read'>,
): Promise<{ champion: ChampionRecord; etag: string } | undefined> {
  const stored = await objects.read(keys.champion({}))
  if (!stored) return undefined
  return { champion: parseJson(stored.body.toString('utf8'), championRecord, keys.champion({})), etag: stored.etag }
}

import { keys } from '../../shared/keys'
import { type Objects, parseJson } from '../../shared/objects'
import { cardRecord } from '../../shared/records'

const withDataset = cardRecord.pick({ dataset: true })

/**
 * The text version of a model that was live before, by its card, which every model has before another replaces it. Null
 * where the card is gone.
 */
export async function textVersionOf(objects: Pick<Objects, 'read'>, job: string): Promise<string | null> {
  const key = keys.card({ job })
  const stored = await objects.read(key)
  return stored ? parseJson(stored.body.toString('utf8'), withDataset, key).dataset.textVersion : null
}

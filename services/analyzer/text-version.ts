import { keys } from '../../shared/keys'
import { type Objects, parseJson } from '../../shared/objects'
import { cardRecord } from '../../shared/records'

const withDataset = cardRecord.pick({ dataset: true })

/**
 * The text version of a model that was live before, by its card, which every model has before another replaces it. Nothing
 * where the card is gone. Each card is read once.
 */
export function textVersions(objects: Pick<Objects, 'read'>): (job: string) => Promise<string | undefined> {
  const known = new Map<string, Promise<string | undefined>>()
  const read = async (job: string) => {
    const key = keys.card({ job })
    const stored = await objects.read(key)
    return stored && parseJson(stored.body.toString('utf8'), withDataset, key).dataset.textVersion
  }
  return (job) => {
    const version = known.get(job) ?? read(job)
    known.set(job, version)
    return version
  }
}

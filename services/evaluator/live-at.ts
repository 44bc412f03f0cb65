import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import { type Objects, parseJson } from '../../shared/objects'
import { type ChampionRecord, championRecord } from '../../shared/records'

/** Which model was live at a time, and for how long. */
export interface LiveAt {
  at: string
  job: string
  since: string
  /** Null for the model that is still live. */
  until: string | null
  champion: ChampionRecord
}

/** Read from the versions of `champion.json`, which never expire. NOT_FOUND where no model was live yet. */
export async function liveAt(objects: Pick<Objects, 'versions'>, at: Date): Promise<LiveAt> {
  let next: ChampionRecord | undefined
  for await (const { body } of objects.versions(keys.champion({}))) {
    const champion = parseJson(body.toString('utf8'), championRecord, keys.champion({}))
    if (Date.parse(champion.promotedAt) <= at.getTime()) {
      const { job, promotedAt: since } = champion
      return { at: at.toISOString(), job, since, until: next?.promotedAt ?? null, champion }
    }
    next = champion
  }
  const first = next ? `: ${next.job} went live first, at ${next.promotedAt}` : ''
  throw new BellwetherError('NOT_FOUND', `no model was live at ${at.toISOString()}${first}`)
}

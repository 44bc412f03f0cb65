import { modelRolledBack } from '../../events'
import { readChampion } from '../../shared/champion'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import { championOf, promotionOf } from './card'
import { championBytes, type Ports, readCard } from './evaluate'
import { registerRollback } from './register'

export interface RolledBack {
  champion: string
  before: string
}

/**
 * Put a former champion back: the given job, or with `true` the one that the champion replaced. Its artefact is read
 * first, whole and with its hash. NOT_FOUND where there is none; MODEL_UNREADABLE leaves the champion where it is.
 */
export const rollback =
  (ports: Omit<Ports, 'gate'>) =>
  async (to: true | string, now: Date): Promise<RolledBack> => {
    const { objects, load, publish } = ports
    const live = await readChampion(objects)
    if (!live) throw new BellwetherError('NOT_FOUND', 'there is no champion to roll back')
    const job = to === true ? live.champion.replaces : to
    if (job === null) throw new BellwetherError('NOT_FOUND', `${live.champion.job} is the first champion`)
    if (job === live.champion.job) throw new BellwetherError('REQUEST_INVALID', `${job} is the champion already`)

    const card = await readCard(objects, job)
    if (card?.verdict !== 'promoted') throw new BellwetherError('NOT_FOUND', `${job} was never a champion`)
    await load(card.artefact.uri, card.artefact.sha256 ?? undefined)

    if (!(await objects.swap(keys.champion({}), championBytes(championOf(card, now)), live.etag)))
      throw new BellwetherError('CONFLICT', 'another model went live meanwhile: look, then ask again')
    await publish(modelRolledBack, { ...promotionOf(card), replaces: live.champion.job, at: now.toISOString() })
    await registerRollback(ports, job, live.champion.job)
    return { champion: job, before: live.champion.job }
  }

import { modelRolledBack } from '../../events'
import { readChampion } from '../../shared/champion'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import { type Objects, parseJson } from '../../shared/objects'
import { type CardRecord, cardRecord, type ChampionRecord, championRecord } from '../../shared/records'
import { championOf, modelPlaceOf, promotionOf } from './card'
import { championBytes, finishStopped, type EvaluatePorts } from './evaluate'
import { readCard } from './measuring/recent'
import { registerRollback, warnOfRefusal } from './register'

export interface RolledBack {
  champion: string
  before: string
}

/**
 * Make a former champion live again: the given job, or with `true` the one that the champion replaced. Its artefact is
 * read first, complete and with its hash. NOT_FOUND where there is no such model; MODEL_UNREADABLE leaves the champion
 * as it is. For a job that is live already, re-publishes the event: the first invocation may have crashed before
 * publishing.
 */
export const rollback =
  (ports: EvaluatePorts) =>
  async (to: true | string, now: Date): Promise<RolledBack> => {
    const { objects, load } = ports
    const live = await readChampion(objects)
    if (!live) throw new BellwetherError('NOT_FOUND', 'there is no champion to roll back: no model was promoted yet')
    const job = to === true ? live.champion.replaces : to
    if (job === null)
      throw new BellwetherError(
        'NOT_FOUND',
        `${live.champion.job} is the first champion: no earlier model can be made live`,
      )
    if (job === live.champion.job) return tellAgain(ports, live.champion)

    const card = await readCard(objects, job)
    if (card?.verdict !== 'promoted')
      throw new BellwetherError(
        'NOT_FOUND',
        `${job} was never a champion: only a former champion can be made live again`,
      )
    if (await objects.read(keys.deletedFrom({ job })))
      throw new BellwetherError(
        'NOT_FOUND',
        `${job} cannot be made live again: it learnt from posts that were deleted since; roll back to another model or train a new one`,
      )
    await load(modelPlaceOf(card))
    await finishStopped(ports, live.champion)

    if (!(await objects.swap(keys.champion({}), championBytes(championOf(card, now)), live.etag)))
      throw new BellwetherError('CONFLICT', 'another model went live meanwhile; check which one is live, then retry')
    return tell(ports, card, live.champion.job, now.toISOString())
  }

async function tell(ports: EvaluatePorts, card: CardRecord, before: string, at: string): Promise<RolledBack> {
  await ports.publish(modelRolledBack, { ...promotionOf(card), replaces: before, at })
  await warnOfRefusal(ports.log, card.job, () => registerRollback(ports, card.job, before))
  return { champion: card.job, before }
}

async function tellAgain(ports: EvaluatePorts, champion: ChampionRecord): Promise<RolledBack> {
  const { job, promotedAt } = champion
  const before = await passedBy(ports.objects, champion)
  if (before === undefined) throw new BellwetherError('REQUEST_INVALID', `${job} is the champion already`)
  return tell(ports, await ports.objects.readJson(keys.card({ job }), cardRecord), before, promotedAt)
}

/** The champion that a rollback to this one replaced; undefined where it went live by its verdict. */
async function passedBy(
  objects: Pick<Objects, 'versions'>,
  { job, replaces }: ChampionRecord,
): Promise<string | undefined> {
  for await (const { body } of objects.versions(keys.champion({}))) {
    const before = parseJson(body.toString('utf8'), championRecord, keys.champion({}))
    if (before.job !== job) return before.job === replaces ? undefined : before.job
  }
  return undefined
}

import { modelPromoted, modelRejected } from '../../events'
import type { Publish } from '../../shared/bus'
import { readChampion } from '../../shared/champion'
import type { Invocation } from '../../shared/door'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import { latestTraining } from '../../shared/latest'
import type { Objects } from '../../shared/objects'
import type { CardRecord, ChampionRecord } from '../../shared/records'
import { correlated } from '../../shared/watch/correlation'
import { cardBytes, championOf, promotionOf, rejectionOf } from './card'
import { holdContest, type ContestPorts } from './contest'
import { keepLive } from './measuring/live'
import { readCard } from './measuring/recent'
import { register, warnOfRefusal } from './register'
import type { Registry } from './registry'
import { writeModelTable } from './table'

export interface EvaluatePorts extends ContestPorts {
  objects: ContestPorts['objects'] & Pick<Objects, 'bucket' | 'create' | 'swap' | 'versions' | 'etag' | 'put'>
  publish: Publish
  registry: Registry
  region: string
  log: Pick<Invocation['log'], 'warn'>
}

export interface EvaluationOutcome {
  job: string
  verdict: CardRecord['verdict']
  reasons: string[]
  /** Whether it is the champion now. */
  live: boolean
}

/** After this many champions of other invocations this one gives up, and is retried later. */
const ATTEMPTS = 10

/**
 * Measure a trained model and the champion on the newest evaluation items of its dataset, promote it if it is better,
 * and write its card. The order is champion.json, card.json, event, model registry. `champion.json` is replaced only
 * after its model has a card, so the next invocation can finish what a crashed evaluation left.
 */
export const evaluate =
  (ports: EvaluatePorts) =>
  async (job: string, now: Date): Promise<EvaluationOutcome> => {
    const { objects } = ports
    const known = await readCard(objects, job)
    if (known) {
      correlated(known.dataset)
      return announce(ports, known)
    }

    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const live = await readChampion(objects)
      if (live?.champion.job === job) return finish(ports, live.champion)
      if (live) await finishStopped(ports, live.champion)

      const card = await holdContest(ports, job, live?.champion.job ?? null)
      if (card.verdict === 'promoted') {
        const moved = await objects.swap(keys.champion({}), championBytes(championOf(card, now)), live?.etag)
        // Another model went live meanwhile: compare with that one.
        if (!moved) continue
      }
      return conclude(ports, card)
    }
    throw new BellwetherError(
      'CONFLICT',
      `champion.json changed ${ATTEMPTS} times while ${job} was judged: other evaluations promoted models; evaluate it again`,
    )
  }

/** The job whose training was recorded last. */
export async function latestJob(objects: Pick<Objects, 'list' | 'readJson'>): Promise<string> {
  const latest = await latestTraining(objects)
  if (latest === undefined)
    throw new BellwetherError('NOT_FOUND', 'no model has been trained yet: train one with sls invoke -f trainer')
  return latest
}

export const championBytes = (champion: ChampionRecord): string => `${JSON.stringify(champion, null, 2)}\n`

/** Before `champion.json` is replaced, its model must have a card. */
export async function finishStopped(ports: EvaluatePorts, champion: ChampionRecord): Promise<void> {
  if (!(await readCard(ports.objects, champion.job))) await finish(ports, champion)
}

/** A live model without a card: its evaluation crashed half-way, and is concluded with the verdict that it had. */
async function finish(ports: EvaluatePorts, { job, replaces }: ChampionRecord): Promise<EvaluationOutcome> {
  return conclude(ports, { ...(await holdContest(ports, job, replaces)), verdict: 'promoted' })
}

async function conclude(ports: EvaluatePorts, card: CardRecord): Promise<EvaluationOutcome> {
  for (const { engine, lost } of card.engines)
    if (lost?.isLong)
      ports.log.warn('an engine loses for weeks: training.engines may leave it out', { engine, ...lost })
  await ports.objects.create(keys.card({ job: card.job }), cardBytes(card))
  return announce(ports, card)
}

/**
 * Publish the verdict and update the registry, even if an earlier invocation did. A promotion that was replaced since
 * is not published.
 */
async function announce(ports: EvaluatePorts, card: CardRecord): Promise<EvaluationOutcome> {
  const { objects, publish } = ports
  if (card.live) await keepLive(objects, card.live)
  const live = (await readChampion(objects))?.champion.job === card.job
  if (card.verdict === 'rejected') await publish(modelRejected, rejectionOf(card))
  else if (live) await publish(modelPromoted, promotionOf(card))
  await writeModelTable(objects, card)
  await warnOfRefusal(ports.log, card.job, () => register(ports, card))
  return { job: card.job, verdict: card.verdict, reasons: card.reasons, live }
}

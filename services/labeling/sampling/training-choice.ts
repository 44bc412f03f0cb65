import type { Calibrated } from '../../../shared/answers'
import type { LoadArtefact } from '../../../shared/artefact'
import { readChampion } from '../../../shared/champion'
import { BellwetherError } from '../../../shared/errors'
import { keys } from '../../../shared/keys'
import type { Objects } from '../../../shared/objects'
import { cardRecord, type PlanRecord } from '../../../shared/records'
import type { Settings } from '../../../shared/settings'
import { knowsTextVersion } from '../../../shared/text'

/** How the posts for training are chosen, as the plan says it, and the model that chooses where one does. */
export interface TrainingChoice {
  said: NonNullable<PlanRecord['trainingChoice']>
  model: Calibrated | undefined
}

/**
 * By margin once the champion is good enough on evaluation posts, by its card: a poor model chooses worse than chance.
 * Whatever is wrong with a champion, labelling goes on at random, and the plan says why.
 */
export async function trainingChoice(
  { objects, load }: { objects: Pick<Objects, 'read'>; load: LoadArtefact },
  { labelling, labels }: Pick<Settings, 'labelling' | 'labels'>,
): Promise<TrainingChoice> {
  const random = (why: string, job: string | null = null, macroF1: number | null = null): TrainingChoice => ({
    said: { how: 'random', job, macroF1, why },
    model: undefined,
  })
  if (labelling.trainingChoice === 'random') return random('labelling.trainingChoice is random')
  const champion = (await readChampion(objects))?.champion
  if (!champion) return random('no model is live yet')
  const { job, textVersion, schemaVersion, temperature } = champion
  if (!knowsTextVersion(textVersion))
    return random(`the champion reads texts of version ${textVersion}, which this release does not know`, job)
  if (schemaVersion !== labels.version) return random(`the champion knows the labels of version ${schemaVersion}`, job)

  const macroF1 = await macroF1Of(objects, job)
  if (macroF1 === null) return random('the card of the champion has no macro-F1', job)
  const least = labelling.marginFromMacroF1
  const said = `macro-F1 ${macroF1.toFixed(2)} on evaluation posts, ${least} is asked`
  if (macroF1 < least) return random(said, job, macroF1)
  try {
    const { model } = await load(champion)
    return { said: { how: 'margin', job, macroF1, why: said }, model: { classifier: model, temperature } }
  } catch (error) {
    if (!(error instanceof BellwetherError) || error.code !== 'MODEL_UNREADABLE') throw error
    return random(error.message, job, macroF1)
  }
}

async function macroF1Of(objects: Pick<Objects, 'read'>, job: string): Promise<number | null> {
  const stored = await objects.read(keys.card({ job }))
  if (!stored) return null
  const card = cardRecord.pick({ scores: true }).safeParse(JSON.parse(stored.body.toString('utf8')))
  return card.data?.scores.challenger?.macroF1 ?? null
}

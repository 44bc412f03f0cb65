import { answersOf, type Calibrated, scoresIn } from '../../../shared/answers'
import type { LoadArtefact } from '../../../shared/artefact'
import type { CascadeScoring } from '../../../shared/cascades/identify'
import { readChampion } from '../../../shared/champion'
import { BellwetherError } from '../../../shared/errors'
import { keys } from '../../../shared/keys'
import type { Objects } from '../../../shared/objects'
import { cardRecord, type PlanRecord } from '../../../shared/records'
import type { Settings } from '../../../shared/settings'
import { knowsTextVersion, type ShownText, textOfShown } from '../../../shared/text'

/** The model that is live when a batch is planned. */
export interface LiveModel {
  /** Its training job; null before the first promotion. */
  job: string | null
  /** On evaluation posts, by its card; null where the card does not say. */
  macroF1: number | null
  /** Missing where no model is live, or where it cannot be used; then with the reason. */
  model?: Calibrated
  why?: string
}

/** Load the champion, whatever its macro-F1. Without a usable one, labelling goes on without scores. */
export async function liveModel(
  { objects, load }: { objects: Pick<Objects, 'read'>; load: LoadArtefact },
  { version }: Pick<Settings['labels'], 'version'>,
): Promise<LiveModel> {
  const champion = (await readChampion(objects))?.champion
  if (!champion) return { job: null, macroF1: null, why: 'no model is live yet' }
  const { job, textVersion, schemaVersion, temperature } = champion
  const macroF1 = await macroF1Of(objects, job)
  const unusable = (why: string): LiveModel => ({ job, macroF1, why })
  if (!knowsTextVersion(textVersion))
    return unusable(`the champion reads texts of version ${textVersion}, which this release does not know`)
  if (schemaVersion !== version) return unusable(`the champion knows the labels of version ${schemaVersion}`)
  try {
    const { model } = await load(champion)
    return { job, macroF1, model: { classifier: model, temperature } }
  } catch (error) {
    if (!(error instanceof BellwetherError) || error.code !== 'MODEL_UNREADABLE') throw error
    return unusable(error.message)
  }
}

/**
 * How posts for training are drawn, for the plan: by the model's uncertainty once it is good enough on evaluation
 * posts. A poor model chooses worse than chance.
 */
export function trainingChoice(
  { job, macroF1, model, why }: LiveModel,
  { trainingChoice: choice, marginFromMacroF1: least }: Settings['labelling'],
): NonNullable<PlanRecord['trainingChoice']> {
  if (choice === 'random') return { how: 'random', job: null, macroF1: null, why: 'labelling.trainingChoice is random' }
  if (!model) return { how: 'random', job, macroF1, why: why ?? 'no model is live' }
  if (macroF1 === null) return { how: 'random', job, macroF1, why: 'the card of the champion has no macro-F1' }
  const said = `macro-F1 ${macroF1.toFixed(2)} on evaluation posts, ${least} is asked`
  return { how: macroF1 < least ? 'random' : 'margin', job, macroF1, why: said }
}

/** Texts are classified in groups of this size. */
const AT_ONCE = 1000

/** How the live model scores texts, in the order of the categories; null where it cannot. */
export function scorerOf({ job, model }: LiveModel, labels: readonly string[]): CascadeScoring['model'] {
  if (!model || job === null) return null
  return {
    job,
    score: async (texts: readonly ShownText[]) => {
      const scores: number[][] = []
      for (let from = 0; from < texts.length; from += AT_ONCE) {
        const answers = await answersOf(model, texts.slice(from, from + AT_ONCE).map(textOfShown))
        scores.push(...answers.map(({ probabilities }) => scoresIn(labels, probabilities)))
      }
      return scores
    },
  }
}

async function macroF1Of(objects: Pick<Objects, 'read'>, job: string): Promise<number | null> {
  const stored = await objects.read(keys.card({ job }))
  if (!stored) return null
  const card = cardRecord.pick({ scores: true }).safeParse(JSON.parse(stored.body.toString('utf8')))
  return card.data?.scores.challenger?.macroF1 ?? null
}

import { kept } from '../../../shared/cascades/known-texts'
import type { CascadeScoring } from '../../../shared/cascades/identify'
import { evaluationLabels, evaluationWindow, type StandingLabel } from '../../../shared/labels'
import { shownText } from '../../../shared/text'
import { zip } from '../../../shared/zip'

/** A post of the evaluation window, with the probability of each category. */
export interface ScoredPost {
  item: string
  scores: number[]
}

/**
 * The evaluation window as the live model scores it when a batch is planned, so that a report compares the model that
 * scored its day with labels of earlier days, and not an average of earlier models. No post of the window trains a model:
 * one that has a label in both roles is left out, and so is one whose text has expired.
 */
export async function scoredWindow(
  model: CascadeScoring['model'],
  labels: ReadonlyMap<string, StandingLabel>,
  size: number,
): Promise<ScoredPost[]> {
  if (!model) return []
  const window = evaluationWindow(evaluationLabels(labels), size).filter(
    ({ text, twoRoles }) => text !== '' && !twoRoles,
  )
  const scores = await model.score(window.map(({ text }) => shownText(text)))
  return zip(window, scores).map(([{ item }, ofText]) => ({ item, scores: ofText.map(kept) }))
}

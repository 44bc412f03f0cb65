import { answersOf, type ModelAnswer } from '../../shared/answers'
import { BellwetherError } from '../../shared/errors'
import { plainText } from '../../shared/text'
import { loadChampion, type AnalyzePorts } from './analyze'

export type ChampionAnswer = Pick<ModelAnswer, 'label' | 'probability' | 'basis'> & { model: string }

/** Classify arbitrary plain texts with the champion. Calibrated; input order. NOT_FOUND before the first promotion. */
export const askChampion =
  (ports: Pick<AnalyzePorts, 'objects' | 'load'>) =>
  async (texts: readonly string[]): Promise<ChampionAnswer[]> => {
    const model = await loadChampion(ports)
    if (!model) throw new BellwetherError('NOT_FOUND', 'no model is live yet: label more posts, then train')
    const answers = await answersOf(model, texts.map(plainText))
    return answers.map(({ label, probability, basis }) => ({ model: model.job, label, probability, basis }))
  }

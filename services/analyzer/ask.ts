import { type Answer as Classified, answersOf } from '../../shared/answers'
import { BellwetherError } from '../../shared/errors'
import { plainText } from '../../shared/text'
import { liveModel, type Ports } from './analyze'

export type Answer = Pick<Classified, 'label' | 'probability' | 'basis'> & { model: string }

/** What the champion says of anybody's texts, which hold no entities, in their order; calibrated. NOT_FOUND before the first promotion. */
export const ask =
  (ports: Pick<Ports, 'objects' | 'load'>) =>
  async (texts: readonly string[]): Promise<Answer[]> => {
    const model = await liveModel(ports)
    if (!model) throw new BellwetherError('NOT_FOUND', 'no model is live yet')
    const answers = await answersOf(model, texts.map(plainText))
    return answers.map(({ label, probability, basis }) => ({ model: model.job, label, probability, basis }))
  }

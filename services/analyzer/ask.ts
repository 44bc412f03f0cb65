import { BellwetherError } from '../../shared/errors'
import { tokenise } from '../../shared/text'
import { liveModel, type Ports } from './analyze'

export interface Answer {
  model: string
  label: string
  probability: number
}

/** What the champion says of texts of anybody's, in their order. NOT_FOUND before the first promotion. */
export const ask =
  (ports: Pick<Ports, 'objects' | 'load'>) =>
  async (texts: readonly string[]): Promise<Answer[]> => {
    const model = await liveModel(ports)
    if (!model) throw new BellwetherError('NOT_FOUND', 'no model is live yet')
    const ranked = model.classifier.rank(
      texts.map((text) => tokenise(text).join(' ')),
      1,
    )
    return ranked.map(([best]) => ({ model: model.job, ...best! }))
  }

import type { Prediction } from '../../shared/fasttext'

/**
 * Probabilities of all labels of a text at another temperature: p^(1/T), scaled to sum to one, which is the softmax of the
 * scores divided by T (Guo et al. 2017, https://arxiv.org/abs/1706.04599). Their order stays.
 */
export function tempered(ranked: readonly Prediction[], temperature: number): Prediction[] {
  const powers = ranked.map(({ probability }) => probability ** (1 / temperature))
  const sum = powers.reduce((total, power) => total + power, 0)
  return ranked.map(({ label }, i) => ({ label, probability: powers[i]! / sum }))
}

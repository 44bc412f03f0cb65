import { type Alpha, alphaWithInterval } from '../../shared/statistics/alpha'
import type { Judgement } from './labeller'

/**
 * How far the annotators agree beyond chance, from the first two judgements of each item alone: thirds are asked only
 * where two disagree, and would count the disagreement twice. A flag is what somebody said, too.
 */
export const agreementOf = (items: readonly (readonly Judgement[])[]): Alpha =>
  alphaWithInterval(
    items
      .map((judgements) => judgements.slice(0, 2).map(({ said }) => JSON.stringify(said)))
      .sort((a, b) => (a.join('\n') < b.join('\n') ? -1 : 1)),
  )

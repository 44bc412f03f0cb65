import { BellwetherError } from '../../shared/errors'
import { permanentRandom } from '../../shared/text/cascade'

/** A separate salt, so that a message that is drawn early for people is not asked about early. */
const SALT = 'llm-v1'

/** The order in which the messages of a day are asked about. */
export type Order = (messages: readonly string[]) => string[]

/**
 * By a permanent random number of the message. If the caps do not suffice, the beginning of this order is a random sample of
 * the day, whatever people are asked about and whatever they answered.
 */
export const byRandomNumber: Order = (messages) =>
  messages
    .map((message) => ({ message, number: permanentRandom(message, SALT) }))
    .sort((a, b) => a.number - b.number)
    .map(({ message }) => message)

/**
 * Refuse to ask about messages that are not the next ones by their random numbers. An order that knows labels would let the
 * errors of the model among labelled messages differ from those among the others, and the estimate would not see it.
 */
export function refuseOtherOrder(open: readonly string[], chosen: readonly string[]): void {
  const next = byRandomNumber(open).slice(0, chosen.length)
  const place = chosen.findIndex((message, i) => message !== next[i])
  if (place === -1) return
  throw new BellwetherError(
    'REQUEST_INVALID',
    `message ${chosen[place]} would be asked about before ${next[place]}: whether a message is asked about may hang on its ` +
      'random number alone, never on its being drawn or labelled; order them with byRandomNumber',
  )
}

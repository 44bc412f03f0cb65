import type { EventFate } from './surroundings'

const LATE_MS = 40 * 60_000

/**
 * Delivers labelling jobs' events on a best-effort basis, which is all that SageMaker promises: of every five one comes late, one
 * never and one twice. All others are sent.
 */
export function bestEffort(): (detailType: string) => EventFate {
  const fates: EventFate[] = ['sent', { lateMs: LATE_MS }, 'lost', 'twice', 'sent']
  let count = 0
  return (detailType) => (detailType.includes('Labeling Job') ? (fates[count++ % fates.length] ?? 'sent') : 'sent')
}

import type { Receipt } from '../../services/desk/shown'
import type { ApiResult, Problem } from '../api'
import type { Outbox } from './outbox'
import type { Sent } from './work'

interface Ports {
  outbox: Outbox
  send(answers: Sent[]): Promise<ApiResult<Receipt>>
  /** Resolves after so many milliseconds, or when the connection may be back. */
  pause(ms: number): Promise<void>
  /** What became of each answer of a request. */
  onReceipt(sent: readonly Sent[], receipt: Receipt): void
  /** How many answers wait for a connection; 0 when all is well. */
  onWaiting(count: number): void
  /** The desk refuses this person from now on. */
  onDenied(problem: Problem): void
}

const LONGEST_PAUSE_MS = 30_000
const AT_ONCE = 50

/**
 * Sends what the outbox holds, one request at a time, until all of it is answered. A connection that is lost is tried
 * again, at longer and longer intervals, for as long as it takes.
 */
export function createSender({ outbox, send, pause, onReceipt, onWaiting, onDenied }: Ports): () => Promise<void> {
  let running: Promise<void> | undefined

  const run = async () => {
    let failures = 0
    for (;;) {
      const answers = outbox.waiting().slice(0, AT_ONCE)
      if (answers.length === 0) return onWaiting(0)
      const answer = await send(answers)
      if (answer.ok) {
        failures = 0
        for (const sent of answers) outbox.settle(sent)
        onReceipt(answers, answer.body)
        continue
      }
      if (!passes(answer.problem)) return onDenied(answer.problem)
      onWaiting(outbox.waiting().length)
      await pause(Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** failures++))
    }
  }
  return () => (running ??= run().finally(() => (running = undefined)))
}

/** An answer that was refused. */
interface Refused {
  revision: number
  message?: string
}

/** The message to an annotator about refused answers. A change or an undo that comes too late is called a change. */
export function refusedInWords(refused: readonly Refused[]): string {
  const [first] = refused
  if (!first) return ''
  const why = first.message ?? ''
  if (refused.every(({ revision }) => revision > 1)) {
    const what = refused.length === 1 ? 'A change' : `${refused.length} changes`
    return `${what} came too late: ${why}. What the desk had before stands.`
  }
  const what = refused.length === 1 ? 'An answer was' : `${refused.length} answers were`
  return `${what} not needed any more: ${why}.`
}

/** Whether another try may succeed. */
export const passes = ({ status }: Problem): boolean => status === 0 || status === 429 || status >= 500

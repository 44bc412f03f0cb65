import { z } from 'zod'
import { readProgress } from '../../shared/state/desk'
import { openBatches } from '../../shared/state/open-batches'
import { invitedPeople } from '../../shared/state/people'
import type { Table } from '../../shared/table'
import type { Cloud } from '../cloud'

interface Ports {
  cloud: Pick<Cloud, 'calls' | 'invoke'> & { clock: Pick<Cloud['clock'], 'now'> }
  table: Table
}

/** With fewer labels no share is reported. */
export const FEWEST = 10

const settled = z.object({ labelled: z.int() })

/** A batch whose labels were counted before all of it was answered. */
export interface CountedBatch {
  batch: string
  labelled: number
}

/**
 * Counts the labels of a person who labels alone and pauses. A batch with at least ten answers is settled although it
 * asks for more, so that a share appears in the same sitting and not at the batch's deadline. Unanswered items are
 * asked about again: where no other batch waits, one more is started for the last day.
 */
export function makeCounter({ cloud, table }: Ports, pauseMs: number) {
  let read = cloud.calls.length
  let lastAnswer: number | undefined
  return {
    /** Whether answers wait to be counted. */
    isWaiting: () => lastAnswer !== undefined,
    /** Counts if the pause is over; to be called now and then. */
    async look(): Promise<CountedBatch[]> {
      const news = cloud.calls.slice(read)
      read = cloud.calls.length
      const now = cloud.clock.now()
      if (news.some(isAnswer)) lastAnswer = now
      if (lastAnswer === undefined || now - lastAnswer < pauseMs) return []
      const { counted, failed } = await count(cloud, table, now)
      // A failure is retried one pause later.
      lastAnswer = failed ? now : undefined
      return counted
    },
  }
}

const isAnswer = ({ functionName, operation }: Cloud['calls'][number]): boolean =>
  functionName?.endsWith('-desk') === true && operation === 'UpdateItem'

async function count(
  cloud: Ports['cloud'],
  table: Table,
  now: number,
): Promise<{ counted: CountedBatch[]; failed: boolean }> {
  const annotators = (await invitedPeople(table, now)).filter(({ role }) => role === 'annotator')
  // Other people may be about to judge the same posts: their batches end as on AWS.
  if (annotators.length !== 1) return { counted: [], failed: false }
  const counted: CountedBatch[] = []
  let waiting = 0
  let failed = false
  for (const { batch, started } of await openBatches(table)) {
    const progress = started ? await readProgress(table, batch) : undefined
    if (!progress) continue
    const answers = Math.max(0, ...progress.answered.values())
    if (answers < FEWEST) waiting += 1
    // A batch that is answered is settled by the desk's own event.
    else if (answers < progress.items) {
      const { payload, functionError } = await cloud.invoke('labeling', { settle: batch, now: true })
      failed ||= functionError !== undefined
      const labelled = settled.safeParse(JSON.parse(payload)).data?.labelled
      if (labelled !== undefined) counted.push({ batch, labelled })
    }
  }
  if (counted.length > 0 && waiting === 0) await cloud.invoke('labeling', { start: 'now' })
  return { counted, failed }
}

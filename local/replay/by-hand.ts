import { setTimeout as pause } from 'node:timers/promises'
import type { BusEvent } from '../../packages/embedded-aws/src/service'
import { type Inviting, linkFor } from '../link'
import type { Screen } from '../screen'

/**
 * The person at this machine is the annotator. All links are printed before the first day, and work for every day. The
 * returned function waits on each day until its batch is settled, or until Ctrl-C.
 */
export async function byHand(cloud: Inviting, screen: Screen, signal: AbortSignal) {
  screen.say(
    [
      'You are the annotator, the owner and a reader. These links work from now on; later days appear there by themselves.',
      `  The desk:   ${await linkFor(cloud, 'annotator')}`,
      `  The labels: ${await linkFor(cloud, 'owner')}`,
      `  The report: ${await linkFor(cloud, 'reader')}`,
    ].join('\n'),
  )
  return async (date: string, heard: () => readonly BusEvent[]): Promise<void> => {
    const has = (name: string) => heard().some((event) => event['detail-type'] === name)
    if (!has('LabelingStarted')) return
    screen.progress(`${date} · waits for your labels; Ctrl-C stops`)
    while (!has('LabelsMeasured') && !signal.aborted) await pause(300)
  }
}

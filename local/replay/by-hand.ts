import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Cloud } from '../cloud'
import type { BusEvent } from '../../packages/embedded-aws/src/service'
import type { Screen } from '../screen'

const linked = z.object({ url: z.url() })

/**
 * Whoever sits at this machine is the annotator: gets one link for all days, and each day waits until its batch is
 * settled, or until Ctrl-C.
 */
export function byHand(cloud: Cloud, screen: Screen, signal: AbortSignal) {
  let invited = false
  return async (date: string, heard: () => readonly BusEvent[]): Promise<void> => {
    const has = (name: string) => heard().some((event) => event['detail-type'] === name)
    if (!has('LabelingStarted')) return
    if (!invited) {
      const { payload } = await cloud.invoke('desk-invite', { annotator: 'me', hours: 90 * 24 })
      screen.say(`You are the annotator. Open this link; later days appear there by themselves.\n${urlIn(payload)}`)
      invited = true
    }
    screen.progress(`${date} · waits for your labels; Ctrl-C stops`)
    while (!has('LabelsMeasured') && !signal.aborted) await pause(300)
  }
}

const urlIn = (payload: string): string => linked.parse(JSON.parse(payload)).url

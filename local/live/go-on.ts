import { setTimeout as pause } from 'node:timers/promises'
import { labelsMeasured, shareReported } from '../../events'
import type { Objects } from '../../shared/objects'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import type { Cloud } from '../cloud'
import type { listener } from '../heard'
import type { Screen } from '../screen'
import { adviceFor } from './advice'
import { makeCounter } from './counting'
import { makeFirstModel } from './first-model'
import type { Journal } from './journal'
import { makeNews } from './news'

interface Ports {
  cloud: Cloud
  table: Table
  objects: Pick<Objects, 'exists' | 'list' | 'readJson'>
  heard: Pick<ReturnType<typeof listener>, 'events' | 'forget'>
  journal: Journal
  screen: Screen
  settings: Settings
  countAfterMs: number
  signal: AbortSignal
}

const LOOK_MS = 500
/** A network that was not reached is tried again after so long. */
const AGAIN_MS = 15 * 60_000

/**
 * Serve until the signal: schedules, queues and the desk go on by themselves. Says what happens, counts labels after a pause,
 * and has a first model trained in the sitting in which there are enough labels for one. `failed`: whether a collection has to
 * be tried again.
 */
export async function goOn(ports: Ports, failed: boolean): Promise<void> {
  const { cloud, heard, journal, screen, signal } = ports
  const news = makeNews()
  const counter = makeCounter(ports, ports.countAfterMs)
  const firstModel = makeFirstModel(ports)
  let againAt = failed ? cloud.clock.now() + AGAIN_MS : Number.POSITIVE_INFINITY
  while (!signal.aborted) {
    const events = heard.events()
    heard.forget()
    for (const event of events) {
      const words = news(event)
      if (words !== undefined) screen.say(words)
      // The analyzer waits for labels that belong together.
      if (event['detail-type'] === labelsMeasured.name) screen.progress('reporting, in about half a minute …')
      if (event['detail-type'] === shareReported.name) screen.clear()
      await firstModel(event)
    }
    const failure = journal.takeFailure()
    if (failure !== undefined) screen.say(failureInWords(failure, cloud.clock.now()))
    await counter.look()
    if (cloud.clock.now() >= againAt) {
      againAt = Number.POSITIVE_INFINITY
      await cloud.invoke('collector', {})
    }
    await pause(LOOK_MS)
  }
}

/** Why a collection failed, and what to do. */
export function failureInWords(failure: string, nowMs: number): string {
  const message = failure.split('\n')[0] ?? ''
  const advice = adviceFor(message, new Date(nowMs))
  return [`Collecting failed: ${message}`, ...(advice === undefined ? [] : [advice])].join('\n')
}

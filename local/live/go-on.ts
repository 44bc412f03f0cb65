import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { labelsMeasured, shareReported } from '../../events'
import type { BusEvent } from '../../packages/embedded-aws/src/service'
import type { Objects } from '../../shared/objects'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import type { Cloud } from '../cloud'
import type { listener } from '../heard'
import type { Screen } from '../screen'
import { adviceFor } from './advice'
import { makeCounter } from './counting'
import { makeFirstModel } from './first-model'
import type { Journal, Trouble } from './journal'
import { makeNews } from './news'

interface Ports {
  cloud: Pick<Cloud, 'calls' | 'invoke'> & { clock: Pick<Cloud['clock'], 'now'> }
  table: Table
  objects: Pick<Objects, 'exists' | 'list' | 'readJson'>
  heard: Pick<ReturnType<typeof listener>, 'events' | 'forget'>
  journal: Journal
  screen: Screen
  settings: Settings
  countAfterMs: number
  /** The folder of the functions' logs. */
  logs: string
  signal: AbortSignal
}

const LOOK_MS = 500
/** Delay before an unreachable network is tried again. */
const AGAIN_MS = 15 * 60_000
/** A report takes half a minute; after this none is expected, as after a failure of the analyzer. */
const REPORT_MS = 2 * 60_000

/**
 * Serve until the signal: schedules, queues and the desk run by themselves. Prints what happens, counts labels after a
 * pause, and has a first model trained in the sitting that has enough labels for one. `failed`: whether a collection
 * has to be retried.
 */
export async function goOn(ports: Ports, failed: boolean): Promise<void> {
  const { heard, journal, screen, signal } = ports
  const news = makeNews()
  const counter = makeCounter(ports, ports.countAfterMs)
  const firstModel = makeFirstModel(ports)
  const retry = makeRetry(ports, failed)
  const reporting = makeReporting(ports)
  while (!signal.aborted) {
    const events = heard.events()
    heard.forget()
    for (const event of events) {
      const words = news(event)
      if (words !== undefined) screen.say(words)
      reporting.hear(event)
      await firstModel(event)
    }
    reporting.look()
    await retry()
    for (const trouble of journal.takeTroubles()) screen.say(troubleInWords(trouble, ports.logs))
    await counter.look()
    await pause(LOOK_MS)
  }
  screen.clear()
}

/** Shows that a report is due after labels, until it is published or overdue. */
function makeReporting({ cloud, screen }: Pick<Ports, 'cloud' | 'screen'>) {
  let until: number | undefined
  const end = () => {
    until = undefined
    screen.clear()
  }
  return {
    hear: (event: BusEvent): void => {
      if (event['detail-type'] === shareReported.name) end()
      if (event['detail-type'] !== labelsMeasured.name) return
      until = cloud.clock.now() + REPORT_MS
      // The analyzer waits for labels that belong together.
      screen.progress('reporting, in about half a minute …')
    },
    look: (): void => {
      if (until !== undefined && cloud.clock.now() >= until) end()
    },
  }
}

/** Prints why a collection failed, each reason once in a row, and retries it after a delay. */
function makeRetry({ cloud, journal, screen }: Pick<Ports, 'cloud' | 'journal' | 'screen'>, failed: boolean) {
  let againAt = failed ? cloud.clock.now() + AGAIN_MS : undefined
  let said: string | undefined
  return async (): Promise<void> => {
    const now = cloud.clock.now()
    const failure = journal.takeFailure()
    if (failure !== undefined) {
      if (failure !== said) screen.say(failureInWords(failure, now))
      said = failure
      againAt ??= now + AGAIN_MS
    }
    if (againAt === undefined || now < againAt) return
    againAt = undefined
    await cloud.invoke('collector', {})
  }
}

const troubleInWords = ({ functionName, error }: Trouble, logs: string): string =>
  `${functionName} failed: ${error}. It will be retried; its log: ${path.join(logs, functionName)}.log`

/** Why a collection failed, and what to do. */
export function failureInWords(failure: string, nowMs: number): string {
  const message = failure.split('\n')[0] ?? ''
  const advice = adviceFor(message, new Date(nowMs))
  return [`Collecting failed: ${message}`, ...(advice === undefined ? [] : [advice])].join('\n')
}

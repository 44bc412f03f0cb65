import type { Publish } from '../../shared/bus'
import type { Invocation } from '../../shared/door'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import type { Enqueue } from '../../shared/queue'
import type { AnswerLine, AskedRecord } from '../../shared/records'
import { exampleIds, type LlmOptions, type Predictor, predictorParts, type Prompt } from '../../shared/second-opinions'
import type { Settings } from '../../shared/settings'
import { partsOfMessages } from '../../shared/state/asked-messages'
import { takeLease } from '../../shared/state/lease'
import { sum } from '../../shared/statistics/numbers'
import { streamNameOf, namesOf, type StreamDay, type StreamName, type StreamNames } from '../../shared/streams'
import type { Table } from '../../shared/table'
import type { ShownText } from '../../shared/text/shown'
import { dayOf } from '../../shared/utc-day'
import { type DayAnswers, openAnswers } from './answers'
import { type AskedPart, askPart, type AskPorts } from './ask-part'
import {
  bookRequests,
  chargedUsd,
  closeRequests,
  costUsd,
  isTooLong,
  type LlmCaps,
  llmCaps,
  mostUsd,
  openBookings,
  roomFor,
} from './budget'
import { type DayMessages, readDayMessages } from './messages'
import { byRandomNumber, type Order, refuseOtherOrder } from './selection'
import { announceCap } from '../../shared/announce-cap'

export interface AskDayPorts extends Omit<AskPorts, 'table'> {
  objects: Pick<Objects, 'read' | 'readJson' | 'stream' | 'list' | 'create' | 'put'>
  table: Pick<Table, 'get' | 'getMany' | 'create' | 'update' | 'remove'>
  publish: Publish
  enqueue: Enqueue
  settings: Pick<Settings, 'hashtags' | 'sources' | 'labels'>
  options: LlmOptions
  prompt: Prompt
  predictor: Predictor
  /** Unique id of this piece of work. */
  owner: () => string
  order?: Order | undefined
}

export type AskedDay = StreamDay &
  ({ state: 'asked'; asked: AskedRecord } | { state: 'waiting' | 'skipped'; reason: string })

type Stopped = AskedRecord['stopped']

/** Messages between two writes: a crashed invocation loses at most this many answers. */
const PART = 100
/** Time reserved to write the answers after the last one arrived or timed out. */
const MARGIN_MS = 60_000
const BUSY_SECONDS = 60
const THROTTLED_SECONDS = 300

/**
 * Ask about the messages of a closed day that were not asked about yet, as far as caps and time allow, and record how
 * far it got. Idempotent: answers are never requested again. One invocation asks at a time, because streams
 * share messages.
 */
export const askDay =
  (ports: AskDayPorts) =>
  async (wanted: StreamDay, invocation: Pick<Invocation, 'now' | 'remainingMs' | 'log'>): Promise<AskedDay> => {
    const { predictor, table, enqueue, settings } = ports
    const day = { ...streamNameOf(wanted), date: wanted.date }
    const now = invocation.now.getTime()
    if (day.date >= dayOf(now)) return { ...day, state: 'skipped', reason: 'the day is not over' }
    const names = namesOf(settings, day)
    const { model, prompt } = predictorParts(predictor)
    const lease = await takeLease(
      table,
      `predictor#${model}#${prompt}`,
      ports.owner(),
      now,
      now + invocation.remainingMs(),
    )
    if (!lease.held) {
      await enqueue({ ask: day }, BUSY_SECONDS)
      return { ...day, state: 'waiting', reason: 'another invocation is asking' }
    }
    try {
      return await inTurn(ports, names, day, invocation)
    } finally {
      await lease.release()
    }
  }

async function inTurn(
  ports: AskDayPorts,
  names: StreamNames,
  day: StreamDay,
  invocation: Pick<Invocation, 'now' | 'remainingMs' | 'log'>,
): Promise<AskedDay> {
  const { objects, predictor, options, settings, enqueue } = ports
  const hasTime = () => invocation.remainingMs() > MARGIN_MS + options.timeoutSeconds * 1000
  const today = dayOf(invocation.now)
  const messages = await readDayMessages(objects, names, day.date, exampleIds(settings.labels.categories, options))
  await describePrompt(ports)
  const answers = await openAnswers(ports, predictor, names[0], day.date, invocation.now)
  const works = [...answers.lines.values()].some(({ label }) => label !== undefined)
  await settleKilled(ports, answers, messages, today)
  const open = await answers.carryOver([...messages.shown.keys()].filter((message) => !answers.lines.has(message)))
  const { stopped, asked, tooLong } = await askOpen(ports, answers, messages, open, { hasTime, works, today })
  const record = recordOf(names[0], day.date, ports, messages, answers.lines, { stopped, tooLong })
  const key = keys.asked({ ...predictorParts(predictor), ...names[0], date: day.date })
  const text = `${JSON.stringify(record, null, 1)}\n`
  // Each put has the day reported again.
  if ((await objects.read(key))?.body.toString('utf8') !== text) await objects.put(key, text)
  if (stopped) invocation.log.warn('messages are not asked about yet', { ...day, ...stopped })
  if (stopped?.by === 'time') await enqueue({ ask: day })
  if (stopped?.by === 'throttled' && asked > 0) await enqueue({ ask: day }, THROTTLED_SECONDS)
  return { ...day, state: 'asked', asked: record }
}

/**
 * Close the bookings of this day that a killed invocation left open: each counts the requests that were sent and
 * refunds the rest. Safe because this invocation holds the lease, so no other one is asking.
 */
async function settleKilled(
  { table, options, prompt, predictor }: AskDayPorts,
  answers: DayAnswers,
  { shown }: DayMessages,
  today: string,
): Promise<void> {
  const caps = llmCaps(options)
  const killed = (await openBookings(table, caps, today)).filter(({ part }) => answers.isPart(part))
  if (killed.length === 0) return
  const places = await partsOfMessages(table, predictorParts(predictor), [...shown.keys()])
  for (const booking of killed) {
    const sent = [...places].flatMap(([message, part]) => (part === booking.part ? [message] : []))
    const charged = sent.map((message) => {
      const most = mostUsd(options, prompt, shown.get(message))
      return chargedUsd(options, answers.lines.get(message), most)
    })
    await closeRequests(table, caps, booking, { requests: sent.length, usd: sum(charged) })
  }
}

/** The context of one pass over a day. */
interface Pass {
  hasTime: () => boolean
  /** Whether the model has answered such a request before. */
  works: boolean
  /** The UTC day whose caps are charged. */
  today: string
}

interface Progress {
  stopped: Stopped
  asked: number
  /** Messages that are too long for a cap in dollars, or for what is left of it. */
  tooLong: number
}

/** Ask about open messages, part by part. */
async function askOpen(
  ports: AskDayPorts,
  answers: DayAnswers,
  { shown }: DayMessages,
  open: readonly string[],
  { hasTime, works: worked, today }: Pass,
): Promise<Progress> {
  const { table, publish, options, prompt, order = byRandomNumber } = ports
  const caps = llmCaps(options)
  const inOrder = order(open)
  refuseOtherOrder(open, inOrder)
  const mostOf = new Map(inOrder.map((message) => [message, mostUsd(options, prompt, shown.get(message))]))
  const most = (message: string) => mostOf.get(message) ?? 0
  const least = mostUsd(options, prompt)
  let left = inOrder.filter((message) => !isTooLong(caps, most(message), least))
  let tooLong = inOrder.length - left.length
  let tooLongNow: Stopped = null
  let asked = 0
  let works = worked
  const ended = (stopped: Stopped): Progress => ({ stopped, asked, tooLong })
  while (left.length > 0) {
    if (!hasTime()) return ended({ by: 'time', why: 'the time of the invocation was up' })
    const next = left.slice(0, PART)
    const room = await roomFor(table, caps, today, next.map(most), least)
    const { reached, usd } = room
    if (reached) await announceCap(table, publish, 'predictor', reached)
    const passedOver = new Set(room.tooLong.map((i) => next[i]))
    tooLong += passedOver.size
    if (passedOver.size > 0)
      tooLongNow = { by: 'cap', why: `posts are too long for what ${usd.cap} leaves of ${usd.limit} for ${usd.period}` }
    const chosen = room.fits.flatMap((i) => {
      const text = shown.get(next[i] ?? '')
      return text === undefined || next[i] === undefined ? [] : [{ message: next[i], text, most: most(next[i]) }]
    })
    const part = await bookAndAsk(ports, answers, caps, chosen, { hasTime, works, today })
    if (!part) return ended({ by: 'cap', why: 'another invocation spent what the caps left' })
    const done = new Set(part.lines.map(({ message }) => message))
    asked += done.size
    works ||= part.lines.some(({ label }) => label !== undefined)
    if (part.failure) return ended(stoppedBy(part.failure))
    if (reached) return ended({ by: 'cap', why: `${reached.cap} is reached: ${reached.limit} for ${reached.period}` })
    if (chosen.length > 0 && done.size === 0 && hasTime())
      return ended({ by: 'unavailable', why: 'another invocation claimed the messages' })
    left = left.filter((message) => !done.has(message) && !passedOver.has(message))
  }
  return ended(tooLongNow)
}

interface Chosen {
  message: string
  text: ShownText
  /** Maximum cost in dollars. */
  most: number
}

/** Undefined if another invocation has used the room. */
async function bookAndAsk(
  ports: AskDayPorts,
  answers: DayAnswers,
  caps: LlmCaps,
  chosen: readonly Chosen[],
  { hasTime, works, today: day }: Pass,
): Promise<AskedPart | undefined> {
  if (chosen.length === 0) return { lines: [], failure: undefined }
  const { table, options, predictor } = ports
  const key = answers.keyOf(chosen.map(({ message }) => message))
  const booking = { day, part: key, requests: chosen.length, usd: sum(chosen.map(({ most }) => most)) }
  if (!(await bookRequests(table, caps, booking))) return undefined
  const pairs = chosen.map(({ message, text }) => [message, text] as const)
  const part = await askPart(ports, predictor, key, pairs, hasTime, works)
  await answers.write(key, part.lines)
  const mostOf = new Map(chosen.map(({ message, most }) => [message, most]))
  const used = sum(part.lines.map((line) => chargedUsd(options, line, mostOf.get(line.message) ?? 0)))
  await closeRequests(table, caps, booking, { requests: part.lines.length, usd: Math.min(booking.usd, used) })
  return part
}

const STOPPED = {
  throttled: 'throttled',
  unreached: 'unavailable',
  refused: 'refused',
  rejected: 'refused',
  'no-answer': 'unavailable',
} as const

const stoppedBy = ({ failed, why }: { failed: keyof typeof STOPPED; why: string }): Stopped => ({
  by: STOPPED[failed],
  why: why.slice(0, 500),
})

/** Store the prompt behind its hash. */
async function describePrompt({ objects, predictor, prompt }: AskDayPorts): Promise<void> {
  const { system, choices } = prompt
  await objects.create(
    keys.prompt(predictorParts(predictor)),
    `${JSON.stringify({ predictor, system, choices }, null, 1)}\n`,
  )
}

function recordOf(
  name: StreamName,
  date: string,
  { predictor, options }: Pick<AskDayPorts, 'predictor' | 'options'>,
  { runs, shown, excluded }: DayMessages,
  known: ReadonlyMap<string, AnswerLine>,
  { stopped, tooLong }: Pick<Progress, 'stopped' | 'tooLong'>,
): AskedRecord {
  const lines = [...shown.keys()].flatMap((message) => known.get(message) ?? [])
  const abstained: AskedRecord['abstained'] = {}
  for (const { abstained: why } of lines) if (why) abstained[why] = (abstained[why] ?? 0) + 1
  const inputTokens = sum(lines.map((line) => line.inputTokens))
  const outputTokens = sum(lines.map((line) => line.outputTokens))
  return {
    hashtag: name.hashtag,
    stream: name.stream,
    date,
    predictor,
    runs,
    messages: shown.size,
    asked: lines.length,
    answered: lines.filter(({ label }) => label !== undefined).length,
    abstained,
    ...(tooLong > 0 && { tooLong }),
    excluded,
    inputTokens,
    outputTokens,
    costUsd: costUsd(options, { inputTokens, outputTokens }),
    stopped,
  }
}

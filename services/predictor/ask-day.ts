import { createHash } from 'node:crypto'
import type { Publish } from '../../shared/bus'
import type { Invocation } from '../../shared/door'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import type { Enqueue } from '../../shared/queue'
import type { AnswerLine, AskedRecord } from '../../shared/records'
import {
  exampleIds,
  type LlmOptions,
  partsOf,
  postAsSent,
  type Predictor,
  predictorParts,
  type Prompt,
  readAnswers,
} from '../../shared/second-opinions'
import type { Settings } from '../../shared/settings'
import { partsOfMessages } from '../../shared/state/asked-messages'
import { takeLease } from '../../shared/state/lease'
import { named, namesOf, type StreamName, type StreamNames } from '../../shared/streams'
import type { Table } from '../../shared/table'
import type { ShownText } from '../../shared/text'
import { dayOf } from '../../shared/utc-day'
import { type AskedPart, askPart, type AskPorts, lostLine } from './ask-part'
import { bookRequests, closeRequests, costUsd, type LlmCaps, llmCaps, mostUsd, roomFor, tellReached } from './budget'
import { type DayMessages, readMessages } from './messages'
import { byRandomNumber, type Order, refuseOtherOrder } from './selection'

export interface AskDayPorts extends Omit<AskPorts, 'table'> {
  objects: Pick<Objects, 'read' | 'readJson' | 'stream' | 'list' | 'create' | 'put'>
  table: Pick<Table, 'get' | 'getMany' | 'create' | 'update' | 'remove'>
  publish: Publish
  enqueue: Enqueue
  settings: Pick<Settings, 'hashtags' | 'sources' | 'labels'>
  options: LlmOptions
  prompt: Prompt
  predictor: Predictor
  /** A name for this piece of work that no other has. */
  owner: () => string
  order?: Order | undefined
}

/** A UTC day of a stream, to be asked about. */
export interface Day extends StreamName {
  date: string
}

export type AskedDay = Day & ({ state: 'asked'; asked: AskedRecord } | { state: 'waiting' | 'skipped'; reason: string })

type Stopped = AskedRecord['stopped']

/** Messages that are asked about between two writes: an invocation that dies loses no more answers. */
const PART = 100
/** The time that it takes to write what was answered, after the last answer came or was given up. */
const MARGIN_MS = 60_000
const BUSY_SECONDS = 60
const THROTTLED_SECONDS = 300

/**
 * Ask about the messages of a closed day that nobody was asked about yet, as far as caps and time reach, and write down how
 * far that is. Idempotent: what is answered stays, and is never asked again. One invocation asks at a time, because streams
 * share messages.
 */
export const askDay =
  (ports: AskDayPorts) =>
  async (wanted: Day, invocation: Pick<Invocation, 'now' | 'remainingMs' | 'log'>): Promise<AskedDay> => {
    const { predictor, table, enqueue, settings } = ports
    const day = { ...named(wanted), date: wanted.date }
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
  day: Day,
  invocation: Pick<Invocation, 'now' | 'remainingMs' | 'log'>,
): Promise<AskedDay> {
  const { objects, predictor, options, settings, enqueue } = ports
  const hasTime = () => invocation.remainingMs() > MARGIN_MS + options.timeoutSeconds * 1000
  const messages = await readMessages(objects, names, day.date, exampleIds(settings.labels.categories, options))
  await describePrompt(ports)
  const answers = openAnswers(ports, names[0], day.date, invocation.now)
  const before = await answers.known()
  const open = await answers.carryOver([...messages.shown.keys()].filter((message) => !before.has(message)))
  const works = [...before.values()].some(({ label }) => label !== undefined)
  const { stopped, asked } = await askOpen(ports, answers, messages, open, {
    hasTime,
    works,
    today: dayOf(invocation.now),
  })
  const record = recordOf(names[0], day.date, predictor, options, messages, await answers.known(), stopped)
  const key = keys.asked({ ...predictorParts(predictor), ...names[0], date: day.date })
  const text = `${JSON.stringify(record, null, 1)}\n`
  // Each put has the day reported again.
  if ((await objects.read(key))?.body.toString('utf8') !== text) await objects.put(key, text)
  if (stopped) invocation.log.warn('messages are not asked about yet', { ...day, ...stopped })
  if (stopped?.by === 'time') await enqueue({ ask: day })
  if (stopped?.by === 'throttled' && asked > 0) await enqueue({ ask: day }, THROTTLED_SECONDS)
  return { ...day, state: 'asked', asked: record }
}

/** What one pass over a day goes by. */
interface Pass {
  hasTime: () => boolean
  /** Whether the model answered a request like these. */
  works: boolean
  /** The UTC day that pays. */
  today: string
}

/** Ask about open messages, part by part. */
async function askOpen(
  ports: AskDayPorts,
  answers: Answers,
  { shown }: DayMessages,
  open: readonly string[],
  { hasTime, works: worked, today }: Pass,
): Promise<{ stopped: Stopped; asked: number }> {
  const { table, publish, options, prompt, order = byRandomNumber } = ports
  const caps = llmCaps(options)
  let left = order(open)
  refuseOtherOrder(open, left)
  let asked = 0
  let works = worked
  while (left.length > 0) {
    if (!hasTime()) return { stopped: { by: 'time', why: 'the time of the invocation was up' }, asked }
    const next = left.slice(0, PART).flatMap((message) => {
      const text = shown.get(message)
      return text === undefined ? [] : [[message, text] as const]
    })
    const most = next.map(([, text]) => mostUsd(options, prompt, postAsSent(text)))
    const { requests, reached } = await roomFor(table, caps, today, most)
    if (reached) await tellReached(table, publish, reached)
    const chosen = next.slice(0, requests)
    const part = await bookAndAsk(ports, answers, caps, chosen, most, { hasTime, works, today })
    if (!part) return { stopped: { by: 'cap', why: 'another invocation spent what the caps left' }, asked }
    const done = new Set(part.lines.map(({ message }) => message))
    asked += done.size
    works ||= part.lines.some(({ label }) => label !== undefined)
    if (part.failure) return { stopped: stoppedBy(part.failure), asked }
    if (reached)
      return { stopped: { by: 'cap', why: `${reached.cap} is reached: ${reached.limit} for ${reached.period}` }, asked }
    if (done.size === 0 && hasTime())
      return { stopped: { by: 'unavailable', why: 'another invocation claimed the messages' }, asked }
    left = left.filter((message) => !done.has(message))
  }
  return { stopped: null, asked }
}

/** Nothing where another invocation has spent the room. */
async function bookAndAsk(
  ports: AskDayPorts,
  answers: Answers,
  caps: LlmCaps,
  chosen: readonly (readonly [message: string, shown: ShownText])[],
  most: readonly number[],
  { hasTime, works, today: day }: Pass,
): Promise<AskedPart | undefined> {
  if (chosen.length === 0) return { lines: [], failure: undefined }
  const { table, options, predictor } = ports
  const key = answers.keyOf(chosen.map(([message]) => message))
  const usd = most.slice(0, chosen.length).reduce((sum, one) => sum + one, 0)
  const booking = { day, token: key, requests: chosen.length, usd }
  if (!(await bookRequests(table, caps, booking))) return undefined
  const part = await askPart(ports, predictor, key, chosen, hasTime, works)
  await answers.write(key, part.lines)
  const place = new Map(chosen.map(([message], i) => [message, i]))
  const used = part.lines.reduce(
    // What did not answer may have charged for the whole request.
    (sum, line) =>
      sum + (line.abstained === 'no-answer' ? (most[place.get(line.message) ?? 0] ?? 0) : costUsd(options, line)),
    0,
  )
  await closeRequests(table, caps, booking, { requests: part.lines.length, usd: Math.min(usd, used) })
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

/** The answers about a day of a stream. */
interface Answers {
  /** By message. */
  known(): Promise<Map<string, AnswerLine>>
  /** Take over what other days were answered about these messages; answers the ones that nobody was asked about. */
  carryOver(messages: readonly string[]): Promise<string[]>
  keyOf(messages: readonly string[]): string
  write(key: string, lines: readonly AnswerLine[]): Promise<void>
}

function openAnswers({ objects, table, predictor }: AskDayPorts, name: StreamName, date: string, now: Date): Answers {
  const by = predictorParts(predictor)
  const keyOf = (messages: readonly string[]) => {
    const part = createHash('sha256')
      .update([...messages].sort().join('\n'))
      .digest('hex')
      .slice(0, 16)
    return keys.answers({ ...by, ...name, date, part })
  }
  const write = async (key: string, lines: readonly AnswerLine[]) => {
    if (lines.length === 0) return
    const inOrder = [...lines].sort((a, b) => (a.message < b.message ? -1 : 1))
    await objects.create(key, inOrder.map((line) => `${JSON.stringify(line)}\n`).join(''))
  }
  return {
    keyOf,
    write,
    known: async () => {
      const lines: AnswerLine[] = []
      for (const { key } of await partsOf(objects, predictor, name, date))
        lines.push(...(await readAnswers(objects, key)))
      return new Map(lines.map((line) => [line.message, line]))
    },
    carryOver: async (messages) => {
      const places = await partsOfMessages(table, by, messages)
      const answered = new Map<string, AnswerLine>()
      for (const key of new Set(places.values())) {
        for (const line of await readAnswers(objects, key)) answered.set(line.message, line)
      }
      const carried = [...places.keys()].map((message) => answered.get(message) ?? lostLine(message, now))
      await write(keyOf(['carried', ...places.keys()]), carried)
      return messages.filter((message) => !places.has(message))
    },
  }
}

/** Keep what the hash of the prompt stands for. */
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
  predictor: Predictor,
  options: LlmOptions,
  { runs, shown, excluded }: DayMessages,
  known: ReadonlyMap<string, AnswerLine>,
  stopped: Stopped,
): AskedRecord {
  const lines = [...shown.keys()].flatMap((message) => known.get(message) ?? [])
  const abstained: AskedRecord['abstained'] = {}
  for (const { abstained: why } of lines) if (why) abstained[why] = (abstained[why] ?? 0) + 1
  const inputTokens = lines.reduce((sum, line) => sum + line.inputTokens, 0)
  const outputTokens = lines.reduce((sum, line) => sum + line.outputTokens, 0)
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
    excluded,
    inputTokens,
    outputTokens,
    costUsd: costUsd(options, { inputTokens, outputTokens }),
    stopped,
  }
}

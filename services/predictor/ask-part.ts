import { concurrently } from '../../shared/concurrently'
import type { AnswerLine } from '../../shared/records'
import { postAsSent, type Predictor, predictorParts } from '../../shared/second-opinions'
import { claimMessage, releaseMessage } from '../../shared/state/asked-messages'
import type { Table } from '../../shared/table'
import type { ShownText } from '../../shared/text'
import type { AskModel, Failure, ModelReply } from './models/model'

export interface AskPorts {
  table: Pick<Table, 'create' | 'remove'>
  ask: AskModel
  /** Waits before retries of a throttled request. */
  pause: (ms: number) => Promise<void>
  now: () => Date
}

/** The result of asking about some messages. */
export interface AskedPart {
  /** A line for every message that the model saw, or may have seen. */
  lines: AnswerLine[]
  /** The failure that ended it; the messages without a line are open. */
  failure: Failure | undefined
}

const AT_ONCE = 4
const ATTEMPTS = 5
const FIRST_PAUSE_MS = 500
/** After this many messages in a row without an answer the server counts as down. */
const SILENT = 3
/**
 * After this many rejections in a row the model counts as refusing every request. More are allowed once it accepted one,
 * because there may be many hostile posts.
 */
const REJECTED = 3
const REJECTED_OF_ONE_THAT_WORKS = 50

/**
 * Ask about messages in order; each is claimed first. A message that the model did not see is released; one that it may
 * have seen counts as asked. One that is rejected by a model which `works` for others counts as refused. Ends early if
 * the model cannot be asked, or when the time is up.
 */
export async function askPart(
  { table, ask, pause, now }: AskPorts,
  predictor: Predictor,
  part: string,
  messages: readonly (readonly [message: string, shown: ShownText])[],
  hasTime: () => boolean,
  works: boolean,
): Promise<AskedPart> {
  const by = predictorParts(predictor)
  let failure: Failure | undefined
  let silent = 0
  let hasReplied = works
  /** Since the last reply. */
  let rejected: { line: AnswerLine; failure: Failure }[] = []
  const refusals: AnswerLine[] = []

  const patiently = async (post: string): Promise<ModelReply | Failure> => {
    for (let attempt = 1; ; attempt++) {
      const said = await ask(post)
      if (!('failed' in said) || said.failed !== 'throttled' || attempt === ATTEMPTS || !hasTime()) return said
      await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1))
    }
  }

  const lines = await concurrently(messages, AT_ONCE, async ([message, shown]): Promise<AnswerLine[]> => {
    if (failure || !hasTime() || !(await claimMessage(table, by, message, part, now()))) return []
    const at = now().toISOString()
    const said = await patiently(postAsSent(shown))
    if (!('failed' in said)) {
      silent = 0
      hasReplied = true
      refusals.push(...rejected.map(({ line }) => line))
      rejected = []
      return [lineOf(message, at, said)]
    }
    if (said.failed === 'no-answer') {
      silent += 1
      if (silent >= SILENT) failure ??= said
      return [{ ...NOTHING, message, at, abstained: 'no-answer', stopReason: said.why.slice(0, 300) }]
    }
    if (said.failed === 'rejected') {
      const line = { ...NOTHING, message, at, abstained: 'refusal' as const, stopReason: said.why.slice(0, 300) }
      rejected.push({ line, failure: said })
      if (rejected.length >= (hasReplied ? REJECTED_OF_ONE_THAT_WORKS : REJECTED)) failure ??= said
      return []
    }
    failure ??= said
    await releaseMessage(table, by, message)
    return []
  })
  if (hasReplied && failure?.failed !== 'rejected') refusals.push(...rejected.map(({ line }) => line))
  else {
    failure ??= rejected[0]?.failure
    for (const { line } of rejected) await releaseMessage(table, by, line.message)
  }
  return { lines: [...lines.flat(), ...refusals], failure }
}

const lineOf = (message: string, at: string, { said, ...reply }: ModelReply): AnswerLine => ({
  message,
  ...said,
  ...reply,
  at,
})

const NOTHING = { inputTokens: 0, outputTokens: 0, requestId: '' }

/** The line of a message whose answer was lost because the invocation crashed before storing it. */
export const lostLine = (message: string, at: Date): AnswerLine => ({
  ...NOTHING,
  message,
  abstained: 'lost',
  stopReason: '',
  at: at.toISOString(),
})

import { createHash } from 'node:crypto'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import type { AnswerLine } from '../../shared/records'
import { partsOf, type Predictor, predictorParts, readAnswers } from '../../shared/second-opinions'
import { partsOfMessages } from '../../shared/state/asked-messages'
import type { StreamName } from '../../shared/streams'
import type { Table } from '../../shared/table'
import { lostLine } from './ask-part'

/** The answers about a day of a stream: read once, then updated by this pass. */
export interface DayAnswers {
  /** By message. */
  lines: ReadonlyMap<string, AnswerLine>
  /** Copy answers of other days about these messages; returns the messages that were never asked about. */
  carryOver(messages: readonly string[]): Promise<string[]>
  keyOf(messages: readonly string[]): string
  /** Whether a key belongs to a part of these answers. */
  isPart(key: string): boolean
  write(key: string, lines: readonly AnswerLine[]): Promise<void>
}

interface Stores {
  objects: Pick<Objects, 'read' | 'list' | 'create'>
  table: Pick<Table, 'getMany'>
}

/** Read the existing answers about a day. */
export async function openAnswers(
  { objects, table }: Stores,
  predictor: Predictor,
  name: StreamName,
  date: string,
  now: Date,
): Promise<DayAnswers> {
  const by = predictorParts(predictor)
  const place = { ...by, ...name, date }
  const lines = new Map<string, AnswerLine>()
  const add = (some: readonly AnswerLine[]) => {
    for (const line of some) lines.set(line.message, line)
  }
  const parts = await partsOf(objects, predictor, name, date)
  add(
    await readAnswers(
      objects,
      parts.map(({ key }) => key),
    ),
  )

  const keyOf = (messages: readonly string[]) => {
    const part = createHash('sha256')
      .update([...messages].sort().join('\n'))
      .digest('hex')
      .slice(0, 16)
    return keys.answers({ ...place, part })
  }
  const write = async (key: string, some: readonly AnswerLine[]) => {
    if (some.length === 0) return
    const inOrder = [...some].sort((a, b) => (a.message < b.message ? -1 : 1))
    await objects.create(key, inOrder.map((line) => `${JSON.stringify(line)}\n`).join(''))
    add(some)
  }
  return {
    lines,
    keyOf,
    isPart: (key) => keys.answers.match(key) !== undefined && key.startsWith(keys.answers.start(place)),
    write,
    carryOver: async (messages) => {
      const places = await partsOfMessages(table, by, messages)
      const found = await readAnswers(objects, [...new Set(places.values())])
      const answered = new Map(found.map((line) => [line.message, line]))
      const carried = [...places.keys()].map((message) => answered.get(message) ?? lostLine(message, now))
      await write(keyOf(['carried', ...places.keys()]), carried)
      return messages.filter((message) => !places.has(message))
    },
  }
}

import { appendFileSync, createReadStream, existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { BusEvent } from '../service'
import type { Matcher } from './matches'

/** An archived event. */
export const busEvent = z.object({
  version: z.literal('0'),
  id: z.string(),
  'detail-type': z.string(),
  source: z.string(),
  account: z.string(),
  time: z.string(),
  region: z.string(),
  resources: z.array(z.string()),
  detail: z.unknown(),
})

export interface Archive {
  name: string
  arn: string
  bus: string
  retentionDays: number
  createdAt: number
  /** Store the event if it matches the archive's pattern. */
  add(event: BusEvent): void
  /** Events from `from` (inclusive) to `to` (exclusive), in order of arrival. */
  read(from: number, to: number): AsyncIterable<BusEvent>
}

interface Definition {
  name: string
  arn: string
  bus: string
  retentionDays: number
  createdAt: number
  /** Without a pattern every event is archived. */
  matcher?: Matcher
}

/** An archive in its own file, one event per line. Events older than the retention stay in the file but are not read. */
export function openArchive(folder: string, { matcher, ...about }: Definition, now: () => number): Archive {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, `${about.name}.jsonl`)
  const oldest = () => (about.retentionDays === 0 ? 0 : now() - about.retentionDays * 86_400_000)
  return {
    ...about,
    add(event) {
      if (matcher && !matcher(event)) return
      appendFileSync(file, `${JSON.stringify(event)}\n`)
    },
    async *read(from, to) {
      if (!existsSync(file)) return
      for await (const line of createInterface({ input: createReadStream(file) })) {
        const event = parseLine(line)
        const time = event ? Date.parse(event.time) : Number.NaN
        if (event && time >= Math.max(from, oldest()) && time < to) yield event
      }
    },
  }
}

/** Undefined for a line that a crash cut off. */
function parseLine(line: string): BusEvent | undefined {
  try {
    const { detail, ...event } = busEvent.parse(JSON.parse(line))
    return { ...event, detail }
  } catch {
    return undefined
  }
}

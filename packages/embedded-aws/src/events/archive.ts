import { appendFileSync, createReadStream, existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { BusEvent } from '../service'
import type { Matcher } from './matches'

/** An event as an archive keeps it. */
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
  /** Keep the event if the archive's pattern wants it. */
  add(event: BusEvent): void
  /** Events of that time, `from` included and `to` not, in the order in which they came. */
  read(from: number, to: number): AsyncIterable<BusEvent>
}

interface Definition {
  name: string
  arn: string
  bus: string
  retentionDays: number
  createdAt: number
  /** Every event where there is none. */
  matcher?: Matcher
}

/** An archive in a file of its own, one event a line. Events older than the retention are not read, but stay in the file. */
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

/** None for a line that a crash cut off. */
function parseLine(line: string): BusEvent | undefined {
  try {
    const { detail, ...event } = busEvent.parse(JSON.parse(line))
    return { ...event, detail }
  } catch {
    return undefined
  }
}

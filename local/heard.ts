import { z } from 'zod'
import type { BusEvent } from '../packages/embedded-aws/src/service'

/** Collects the events of the stack: those of the day, and which were published so far. */
export function listener(onPublished?: (event: BusEvent) => void) {
  const published = new Map<string, Set<string>>()
  let heard: BusEvent[] = []
  return {
    published,
    events: () => heard,
    forget: () => {
      heard = []
    },
    hear: (bus: string, event: BusEvent) => {
      if (bus === 'default') return
      heard.push(event)
      onPublished?.(event)
      const id = z.object({ id: z.string() }).safeParse(event.detail).data?.id ?? event.id
      const ids = published.get(event['detail-type']) ?? new Set()
      published.set(event['detail-type'], ids.add(id))
    },
  }
}

import * as consumedEvents from './consumed'
import type { ConsumedEvent, PublishedEvent } from './define'
import * as publishedEvents from './published'

export * from './consumed'
export * from './define'
export * from './published'

/** Everything we publish, in the order of the flow. */
export const published: readonly PublishedEvent[] = Object.values(publishedEvents)

/** Everything of AWS's that we react to. */
export const consumed: readonly ConsumedEvent[] = Object.values(consumedEvents)

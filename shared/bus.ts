import { createHash } from 'node:crypto'
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import type { DetailOf, PublishedEvent } from '../events'
import { canonical } from './canonical'
import { BellwetherError } from './errors'

/**
 * Publish an event on the stack's bus. `detail.id` is a hash of the detail: the same fact published twice has the same
 * id.
 */
export type Publish = <E extends PublishedEvent>(event: E, detail: Omit<DetailOf<E>, 'id' | 'version'>) => Promise<void>

export const eventBridgeBus =
  (client: EventBridgeClient, bus: string, service: string): Publish =>
  async (event, given) => {
    const id = createHash('sha256')
      .update(`${event.name} ${canonical(given)}`)
      .digest('hex')
      .slice(0, 32)
    const detail = event.detail.parse({ version: event.version, id, ...given })
    const entry = {
      EventBusName: bus,
      Source: `bellwether.${service}`,
      DetailType: event.name,
      Detail: JSON.stringify(detail),
    }
    for (let attempt = 1; ; attempt++) {
      const { Entries } = await client.send(new PutEventsCommand({ Entries: [entry] }))
      // PutEvents answers 200 even when it drops an entry.
      const refused = Entries?.[0]?.ErrorCode
      if (!refused) return
      if (attempt === 3 || !['InternalFailure', 'ThrottlingException'].includes(refused)) {
        throw new BellwetherError('EVENT_REJECTED', `${event.name}: ${refused} ${Entries?.[0]?.ErrorMessage ?? ''}`)
      }
    }
  }

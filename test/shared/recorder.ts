import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { mockClient } from 'aws-sdk-client-mock'
import { eventBridgeBus, type Publish } from '../../shared/bus'

export interface RecordedEvent {
  name: string
  detail: { id: string } & Record<string, unknown>
}

/** The real bus, with its events recorded instead of sent. */
export function recorder(service: string): { publish: Publish; events: RecordedEvent[] } {
  const events: RecordedEvent[] = []
  const client = new EventBridgeClient({ region: 'eu-west-1' })
  mockClient(client)
    .on(PutEventsCommand)
    .callsFake(({ Entries }: { Entries: { DetailType: string; Detail: string }[] }) => {
      for (const { DetailType, Detail } of Entries) events.push({ name: DetailType, detail: JSON.parse(Detail) })
      return { Entries: Entries.map(() => ({ EventId: 'kept' })) }
    })
  return { publish: eventBridgeBus(client, 'test', service), events }
}

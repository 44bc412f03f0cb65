import type { Events } from '../events'
import type { Creators } from './create'

/** Buses, their rules and archives. */
export const busCreators = (events: Events): Creators => ({
  'AWS::Events::EventBus': ({ name }) => events.ensureBus(name),
  'AWS::Events::Archive': ({ name, properties }) => void events.ensureArchive(name, properties),
  'AWS::Events::Rule': ({ name, properties }) => void events.ensureRule(name, properties),
})

import { busEvent } from './events/archive'
import { TargetGone, type DeliveryTarget } from './delivery'
import type { Events } from './events'
import type { Lambda } from './lambda/lambda'

/** Functions as targets of rules and schedules. An event counts as delivered once it is in the function's queue. */
export const functionTarget = (lambda: Lambda): DeliveryTarget => ({
  action: 'lambda:InvokeFunction',
  permits: lambda.permits,
  send(target, payload) {
    if (!lambda.find(target)) throw new TargetGone(`there is no function ${target}`)
    lambda.accept(target, payload)
  },
})

/** Buses as targets of rules. */
export const busTarget = (events: Events): DeliveryTarget => ({
  action: 'events:PutEvents',
  permits: () => true,
  send: (target, payload) => events.publish(target, busEvent.parse(JSON.parse(payload))),
})

import { z } from 'zod'
import { AwsError } from '../../protocol/aws-error'
import { jsonOperation } from '../../protocol/json'
import type { Broker } from '../broker'

const started = z.strictObject({
  ReplayName: z.string().regex(/^[.\-_A-Za-z0-9]{1,64}$/),
  Description: z.string().optional(),
  /** ARN of the archive. */
  EventSourceArn: z.string(),
  /** Seconds since the epoch. */
  EventStartTime: z.number(),
  EventEndTime: z.number(),
  Destination: z.strictObject({ Arn: z.string(), FilterArns: z.array(z.string()).optional() }),
})
const described = z.strictObject({ ReplayName: z.string() })

/** Replays that were started since this cloud started. */
export type Replays = Map<string, object>

/** Send archived events to the rules again, with `replay-name` added to their fields. */
export const startReplay = (broker: Broker, replays: Replays) =>
  jsonOperation({
    input: started,
    access: ({ EventSourceArn }) => [{ action: 'events:StartReplay', resource: EventSourceArn }],
    async run({ ReplayName, EventSourceArn, EventStartTime, EventEndTime, Destination }) {
      const archive = broker.archives.get(EventSourceArn.split('/').at(-1) ?? '')
      if (!archive) throw new AwsError(400, 'ResourceNotFoundException', `Archive ${EventSourceArn} does not exist.`)
      if (replays.has(ReplayName)) {
        throw new AwsError(400, 'ResourceAlreadyExistsException', `Replay ${ReplayName} already exists.`)
      }
      if (broker.busNamed(Destination.Arn) !== archive.bus) {
        throw new AwsError(
          400,
          'ValidationException',
          'Events can be replayed only to the bus that they were archived from.',
        )
      }
      for await (const event of archive.read(EventStartTime * 1000, EventEndTime * 1000)) {
        broker.replay(archive.bus, event, ReplayName, Destination.FilterArns ?? [])
      }
      const { region, account, clock } = broker.context
      const ReplayArn = `arn:aws:events:${region}:${account}:replay/${ReplayName}`
      const at = clock.now() / 1000
      const times = {
        ReplayStartTime: at,
        ReplayEndTime: at,
        EventStartTime,
        EventEndTime,
        EventLastReplayedTime: EventEndTime,
      }
      replays.set(ReplayName, { ReplayName, ReplayArn, State: 'COMPLETED', EventSourceArn, Destination, ...times })
      return { ReplayArn, State: 'STARTING', ReplayStartTime: at }
    },
  })

export const describeReplay = ({ context: { region, account } }: Broker, replays: Replays) =>
  jsonOperation({
    input: described,
    access: ({ ReplayName }) => [
      { action: 'events:DescribeReplay', resource: `arn:aws:events:${region}:${account}:replay/${ReplayName}` },
    ],
    run({ ReplayName }) {
      const replay = replays.get(ReplayName)
      if (!replay) throw new AwsError(400, 'ResourceNotFoundException', `Replay ${ReplayName} does not exist.`)
      return replay
    },
  })

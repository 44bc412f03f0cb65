import { z } from 'zod'
import { AwsError } from '../../protocol/aws-error'
import { jsonOperation } from '../../protocol/json'
import type { Archive } from '../archive'
import type { Broker } from '../broker'

const created = z.strictObject({
  ArchiveName: z.string().regex(/^[.\-_A-Za-z0-9]{1,48}$/),
  EventSourceArn: z.string(),
  Description: z.string().optional(),
  EventPattern: z.string().optional(),
  RetentionDays: z.number().int().min(0).optional(),
})
const described = z.strictObject({ ArchiveName: z.string() })

export const createArchive = (broker: Broker) =>
  jsonOperation({
    input: created,
    access: ({ ArchiveName }) => [{ action: 'events:CreateArchive', resource: arnOf(broker, ArchiveName) }],
    run({ ArchiveName, EventSourceArn, EventPattern, RetentionDays = 0 }) {
      if (broker.archives.has(ArchiveName)) {
        throw new AwsError(400, 'ResourceAlreadyExistsException', `Archive ${ArchiveName} already exists.`)
      }
      const bus = broker.busNamed(EventSourceArn)
      const pattern = EventPattern === undefined ? {} : { pattern: EventPattern }
      return summary(broker.addArchive({ name: ArchiveName, bus, retentionDays: RetentionDays, ...pattern }))
    },
  })

export const describeArchive = (broker: Broker) =>
  jsonOperation({
    input: described,
    access: ({ ArchiveName }) => [{ action: 'events:DescribeArchive', resource: arnOf(broker, ArchiveName) }],
    async run({ ArchiveName }) {
      const archive = broker.archives.get(ArchiveName)
      if (!archive) throw new AwsError(400, 'ResourceNotFoundException', `Archive ${ArchiveName} does not exist.`)
      let EventCount = 0
      for await (const _event of archive.read(0, Number.POSITIVE_INFINITY)) EventCount += 1
      const { name, bus, retentionDays } = archive
      const about = { ArchiveName: name, EventSourceArn: broker.busArn(bus), RetentionDays: retentionDays }
      return { ...about, ...summary(archive), EventCount }
    },
  })

const summary = ({ arn, createdAt }: Archive) => ({ ArchiveArn: arn, State: 'ENABLED', CreationTime: createdAt / 1000 })

const arnOf = ({ context: { region, account } }: Broker, name: string) =>
  `arn:aws:events:${region}:${account}:archive/${name}`

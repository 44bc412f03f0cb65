import { z } from 'zod'

/** An event that we publish on the bus `bellwether-<stage>`. */
export interface PublishedEvent<S extends z.ZodType = z.ZodType> {
  /** Past tense; the event's `detail-type`. */
  name: string
  /** One sentence, for the table in the README. */
  meaning: string
  /** The service, or each of them. */
  publishedBy: string | readonly string[]
  version: number
  detail: S
  example: z.infer<S>
}

/** An event of AWS's own, on the default bus, as far as we read it. Unknown fields are let through. */
export interface ConsumedEvent<S extends z.ZodType = z.ZodType> {
  name: string
  source: string
  meaning: string
  detail: S
  /** A whole event as AWS documents it. */
  example: { resources: string[]; detail: unknown } & Record<string, unknown>
}

/** What an event of ours has as `source`, for each service that publishes it. */
export const eventSources = ({ publishedBy }: Pick<PublishedEvent, 'publishedBy'>): string[] =>
  [publishedBy].flat().map((service) => `bellwether.${service}`)

export type DetailOf<E extends { detail: z.ZodType }> = z.infer<E['detail']>

/** Every published detail has `version` and a deterministic `id`, and nothing that its schema does not name. */
export const publishedEvent = <const V extends number, F extends z.ZodRawShape>(event: {
  name: string
  meaning: string
  publishedBy: string | readonly string[]
  version: V
  fields: F
  example: NoInfer<z.infer<z.ZodObject<F>>>
}) => {
  const detail = z.strictObject({
    version: z.literal(event.version),
    id: z.string().describe('Hash of the detail: the same fact published twice has the same id.'),
    ...event.fields,
  })
  const { fields: _, example, ...rest } = event
  return { ...rest, detail, example: detail.parse({ version: event.version, id: '0'.repeat(32), ...example }) }
}

export const consumedEvent = <S extends z.ZodType>(event: ConsumedEvent<S>): ConsumedEvent<S> => event

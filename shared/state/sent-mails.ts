import { z } from 'zod'
import type { Table } from '../table'
import { rowKind } from './row'

export const sentMailRow = rowKind({
  pk: 'mail',
  sk: 'week#{week}',
  meaning: 'The weekly mail of the week that ends with this Sunday is out, so that it goes out once.',
  attributes: z.object({
    sentAt: z.iso.datetime(),
    message: z.string().describe("SNS's id of it."),
  }),
})
export type SentMail = z.infer<typeof sentMailRow.attributes>

/** When the mail of a week went out; nothing where it did not. */
export const sentMail = (table: Pick<Table, 'get'>, week: string): Promise<SentMail | undefined> =>
  sentMailRow.read(table, { week })

/** Call it after the mail went out, by the holder of the lease `mailLease(week)`. */
export async function keepSentMail(table: Pick<Table, 'create'>, week: string, sent: SentMail): Promise<void> {
  await table.create({ ...sentMailRow.key({ week }), ...sent })
}

/** The lease of the invocation that sends the mail of a week. */
export const mailLease = (week: string): string => `mail#${week}`

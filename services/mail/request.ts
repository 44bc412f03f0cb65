import { z } from 'zod'
import type { Invocation } from '../../shared/door'
import { sunday } from '../../shared/sunday'
import type { Letter } from '../../shared/topic'
import { composed, mailWeek, type MailOutcome, type MailPorts } from './mail-week'

/** `{"week":"2026-11-22"}` sends the mail of the week that ends on that Sunday, unless it was sent; `"preview":true` shows it instead. */
export const mailRequest = z.strictObject({ week: sunday, preview: z.literal(true).optional() })

export const answerMailRequest =
  (ports: MailPorts) =>
  async ({ week, preview }: z.infer<typeof mailRequest>, invocation: Invocation): Promise<MailOutcome | Letter> =>
    preview ? composed(ports, week) : mailWeek(ports)(week, invocation)

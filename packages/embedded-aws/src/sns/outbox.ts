import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { CloudContext } from '../service'

/** A mail that SNS would have sent. */
export interface Mail {
  /** The ARN of its topic. */
  topic: string
  /** A message that was published to the topic, or SNS's own question whether an address wants them. */
  kind: 'message' | 'confirmation'
  to: string
  subject: string
  body: string
}

export interface Outbox {
  /** The folder of the mails: one file each, numbered in order. */
  folder: string
  put(mail: Mail): void
}

/** Writes mails to files instead of sending them. */
export function openOutbox(
  { dataDir, clock }: Pick<CloudContext, 'dataDir' | 'clock'>,
  onMail?: (mail: Mail & { file: string }) => void,
): Outbox {
  const folder = path.join(dataDir, 'mail')
  return {
    folder,
    put(mail) {
      const { to, subject, body } = mail
      mkdirSync(folder, { recursive: true })
      const last = Math.max(0, ...readdirSync(folder).map((name) => Number.parseInt(name, 10) || 0))
      const file = path.join(folder, `${String(last + 1).padStart(4, '0')}.txt`)
      const date = new Date(clock.now()).toUTCString()
      writeFileSync(file, `Date: ${date}\nTo: ${to}\nSubject: ${subject}\n\n${body}\n`, { mode: 0o600, flag: 'wx' })
      onMail?.({ ...mail, file })
    },
  }
}

import { type Cloud, createCloud as createEmbeddedCloud } from '../packages/embedded-aws/src/cloud'
import type { CloudOptions } from '../packages/embedded-aws/src/options'
import { cascadeId } from '../shared/text/cascade'
import { createTrainingThread } from './training/training-thread'

export type { Cloud }

/**
 * An embedded cloud whose SageMaker trains with our engine and names an object of a labelling job by its cascade. There
 * are no mailboxes: e-mail addresses count as confirmed, and mails are files.
 */
export async function createCloud(options: CloudOptions): Promise<Cloud> {
  const cloud = await createEmbeddedCloud({
    trainer: createTrainingThread(),
    itemOf: ({ item, source }) => (typeof item === 'string' ? item : cascadeId(source)),
    ...options,
  })
  for (const { topic, token } of cloud.sns.pending()) cloud.sns.confirm(topic, token)
  return cloud
}

/** Names each mail that the stack sent, and its file. SNS's own questions to confirm an address are left out. */
export const tellOfMails =
  (say: (line: string) => void): NonNullable<CloudOptions['onMail']> =>
  ({ kind, to, subject, file }) => {
    if (kind === 'message') say(`mail to ${to}: ${subject} (${file})`)
  }

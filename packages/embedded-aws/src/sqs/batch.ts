import { AwsError } from '../protocol/aws-error'

const MAX_ENTRIES = 10

interface BatchResult {
  Successful: object[]
  Failed: { Id: string; Code: string; Message: string; SenderFault: boolean }[]
}

/** Handle each entry independently; a refused entry has its error in its result. Raises SQS's errors for whole batches (400). */
export function runBatch<E extends { Id: string }>(entries: readonly E[], work: (entry: E) => object): BatchResult {
  if (entries.length === 0)
    throw new AwsError(400, 'EmptyBatchRequest', 'There should be at least one entry in the request.')
  if (entries.length > MAX_ENTRIES) {
    throw new AwsError(400, 'TooManyEntriesInBatchRequest', `Maximum number of entries per request are ${MAX_ENTRIES}.`)
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw new AwsError(400, 'BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.')
  }
  if (!entries.every(({ Id }) => /^[A-Za-z0-9_-]{1,80}$/.test(Id))) {
    throw new AwsError(
      400,
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores.',
    )
  }
  const results: BatchResult = { Successful: [], Failed: [] }
  for (const entry of entries) {
    try {
      results.Successful.push({ Id: entry.Id, ...work(entry) })
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      results.Failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: true })
    }
  }
  return results
}

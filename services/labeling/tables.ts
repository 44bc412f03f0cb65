import { keys } from '../../shared/keys'
import { findJson, type Objects } from '../../shared/objects'
import { type JudgementsRecord, judgementsRecord, type PlanRecord, type QualityRecord } from '../../shared/records'
import { gzipped, GZIP } from '../../shared/sql-tables/rows'
import { NONE, type SqlRow } from '../../shared/sql-tables/tables'

/**
 * Write a settled batch into the tables of batches and of judgements, once: one object for the batch, and one for each
 * of its hashtags. Existing objects stay, because a deletion may have removed rows from them.
 */
export async function writeBatchTables(
  objects: Pick<Objects, 'create' | 'read'>,
  stream: (hashtag: string) => string,
  plan: Pick<PlanRecord, 'items'>,
  quality: QualityRecord,
): Promise<void> {
  const { batch, date } = quality
  await objects.create(keys.tableOfBatches({ date, batch }), gzipped('batches', [batchRow(quality)]), GZIP)
  const judged = await findJson(objects, keys.judgements({ batch }), judgementsRecord)
  // A batch that an earlier release settled has none.
  if (!judged) return
  for (const [hashtag, rows] of byHashtag(plan, judged)) {
    const key = keys.tableOfJudgements({ stream: stream(hashtag), hashtag, date, batch })
    await objects.create(key, gzipped('judgements', rows), GZIP)
  }
}

/** The judgements of each hashtag: an item of two hashtags is in both. */
function byHashtag(plan: Pick<PlanRecord, 'items'>, judged: JudgementsRecord): Map<string, SqlRow<'judgements'>[]> {
  const hashtagsOf = new Map(plan.items.map(({ item, hashtags }) => [item, hashtags]))
  const found = new Map<string, SqlRow<'judgements'>[]>()
  for (const { item, purpose, judgements } of judged.items) {
    const rows = judgements.map(({ annotator, said, at }): SqlRow<'judgements'> => ({
      batch: judged.batch,
      message: item,
      annotator,
      purpose,
      label: 'label' in said ? said.label : null,
      flag: 'flag' in said ? said.flag : null,
      judged_at: at,
      schema_version: judged.schemaVersion,
    }))
    const hashtags = hashtagsOf.get(item) ?? []
    for (const hashtag of hashtags.length > 0 ? hashtags : [NONE]) {
      const all = found.get(hashtag) ?? []
      all.push(...rows)
      found.set(hashtag, all)
    }
  }
  return found
}

const batchRow = (quality: QualityRecord): SqlRow<'batches'> => ({
  batch: quality.batch,
  items: quality.items,
  labelled: quality.labelled,
  judgements: quality.judgements,
  status: quality.status,
  alpha: quality.alpha.value,
  error_rate: quality.errors?.rate.mean ?? null,
  error_rate_high: quality.errors?.rate.high ?? null,
  schema_version: quality.schemaVersion,
  cost_usd: quality.costUsd,
})

import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import type { CardRecord } from '../../shared/records'
import { putIfChanged } from '../../shared/sql-tables/rows'
import type { SqlRow } from '../../shared/sql-tables/tables'

/** Write a judged model into the table of models: one object each. */
export async function writeModelTable(objects: Pick<Objects, 'etag' | 'put'>, card: CardRecord): Promise<void> {
  // Records of older releases do not say when the training was.
  const date = card.training.recordedAt?.slice(0, 10) ?? card.dataset.latestDate
  await putIfChanged(objects, keys.tableOfModels({ date, job: card.job }), 'models', [rowOf(card)])
}

const rowOf = ({ scores: { challenger, champion }, ...card }: CardRecord): SqlRow<'models'> => ({
  job: card.job,
  dataset: card.dataset.datasetId,
  engine: card.training.engine,
  trainer: card.training.trainer,
  verdict: card.verdict,
  provisional: card.provisional,
  champion: card.champion,
  macro_f1: challenger?.macroF1 ?? null,
  macro_f1_low: challenger?.macroF1Interval?.low ?? null,
  macro_f1_high: challenger?.macroF1Interval?.high ?? null,
  accuracy: challenger?.accuracy ?? null,
  champion_macro_f1: champion?.macroF1 ?? null,
  evaluation_items: card.window.items,
  training_rows: card.dataset.rows.train,
  label_status: card.labelStatus,
  schema_version: card.dataset.schemaVersion,
  training_usd: card.training.costUsd,
})

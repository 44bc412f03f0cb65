import { labelsMeasured, labelsUnreliable } from '../../events'
import { answeredBatches } from '../../shared/answered-batches'
import type { Publish } from '../../shared/bus'
import { concurrently } from '../../shared/concurrently'
import type { Invocation } from '../../shared/door'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import { type LabelStore, labelsUnder } from '../../shared/labels'
import type { Objects } from '../../shared/objects'
import { type JudgementsRecord, judgementsRecord, type QualityRecord, qualityRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import { agreementOf } from './measuring/agreement'
import { giveBack, objectsOf } from './allot'
import { closeBatch } from '../../shared/state/open-batches'
import { invitedAt } from '../../shared/state/people'
import { independentJudgements, judgementsRecordOf, readJudgements } from './measuring/judged'
import { labellerNamed, type Labellers } from './labellers'
import type { Labeller } from './labellers/labeller'
import { findPlan, readLines, type StoredPlan, toJsonLines } from './plan'
import { releaseClaim } from '../../shared/state/cascade-claims'
import { correlate, correlationOfBatch } from '../../shared/watch/correlation'
import { type SoFar, settlementOf } from './measuring/settlement'
import { writeBatchTables } from './tables'

export interface SettlePorts {
  objects: Pick<Objects, 'read' | 'readJson' | 'lines' | 'list' | 'exists' | 'create' | 'stream'>
  table: Pick<Table, 'get' | 'update' | 'create' | 'remove'>
  publish: Publish
  settings: Pick<Settings, 'labelling' | 'labels'>
  /** The current labels. */
  labels: LabelStore
  labellers: Labellers
  /** The stream of a hashtag. */
  stream: (hashtag: string) => string
}

export type SettleOutcome =
  Pick<QualityRecord, 'batch' | 'labelled' | 'failed' | 'judgements' | 'status'> | { waits: string }

/**
 * Settle a batch when no answer is outstanding, when its deadline has passed, or when a person ends it: one label for
 * each answered item, the manifest last and once. Items without a label are released, so that a later batch may ask
 * again.
 */
export const settleBatch =
  ({ objects, table, publish, settings, labels, labellers, stream }: SettlePorts) =>
  async (batch: string, now: Date, ended = false): Promise<SettleOutcome> => {
    correlate(correlationOfBatch(batch))
    const plan = await findPlan(objects, batch)
    if (!plan) throw new BellwetherError('NOT_FOUND', `there is no batch ${batch}: name one under labeling/`)
    const manifestKey = keys.settledManifest({ batch })
    const qualityKey = keys.quality({ batch })

    if (plan.items.length === 0) return { waits: `batch ${batch} has no items: there is nothing to settle` }
    const labeller = labellerNamed(labellers, plan.labeller)
    const booked = bookedOf(plan, labeller)
    let inHand: { manifest: string; quality: QualityRecord } | undefined
    if (!(await objects.exists(manifestKey))) {
      const answers = await labeller.finish(plan, ended || now.getTime() >= Date.parse(plan.deadline), now)
      if (!answers) return { waits: `batch ${batch} still waits for answers` }
      const lines = await readLines(objects, keys.inputManifest({ batch }))
      const judged = await keepJudgements(objects, judgementsRecordOf(plan, answers))
      const otherObjects = (await objectsOf(table, labeller.terms, plan.date)) - (booked.objects ?? 0)
      const known = { ...(await soFar({ objects, labels, settings }, plan, judged)), otherObjects }
      const {
        lines: settled,
        refused,
        quality,
      } = settlementOf(plan, lines, answers, { options: settings.labelling, terms: labeller.terms }, known)

      const isMeasured = (await objects.create(qualityKey, JSON.stringify(quality, null, 1))) === 'created'
      await objects.create(keys.settledRefused({ batch }), toJsonLines(refused))
      // A claim that is never released would keep every later batch from asking for that label.
      const left = refused.flatMap((line) => ('plan' in line && line.again ? [line.item] : []))
      await concurrently(left, 16, (item) => releaseClaim(table, item, batch))
      const manifest = toJsonLines(settled)
      const isWritten = (await objects.create(manifestKey, manifest)) === 'created'
      if (isMeasured && isWritten) inHand = { manifest, quality }
    }
    await labels.record(batch, inHand)

    const quality = inHand?.quality ?? (await objects.readJson(qualityKey, qualityRecord))
    const { labelled, failed, judgements, objects: billed, costUsd, alpha, status, reasons } = quality
    const without = Object.values(failed).reduce((sum, count) => sum + count, 0)
    await giveBack(table, plan, labeller.terms, booked, { judgements, usd: costUsd, objects: billed })
    await closeBatch(table, batch, without > 0)
    const counts = { labelled, failed: without, judgements }
    await publish(labelsMeasured, { batch, manifestKey, qualityKey, ...counts, alpha, status, costUsd })
    if (status === 'unreliable') {
      const { acceptUnreliable: accepted } = settings.labelling
      await publish(labelsUnreliable, { batch, qualityKey, alpha, ...rateOf(quality), reasons, accepted })
    }
    await writeBatchTables(objects, stream, plan, quality)
    return { batch, labelled, failed, judgements, status }
  }

/**
 * Settle the batches at the desk without outstanding answers, one after the other: a settlement holds the texts of a
 * month. Idempotent. An error leaves the rest to the retry, and to the reconciler, which asks for each batch.
 */
export const settleAnswered =
  (ports: SettlePorts & { table: Pick<Table, 'getMany' | 'query'> }) =>
  async ({ now }: Pick<Invocation, 'now'>): Promise<{ settled: SettleOutcome[] }> => {
    const { annotators } = await invitedAt(ports.table, now.getTime())
    const settled: SettleOutcome[] = []
    for (const batch of await answeredBatches(ports.table, annotators)) {
      settled.push(await settleBatch(ports)(batch, now))
    }
    return { settled }
  }

/** Batches that were settled before error rates were measured have none. */
const rateOf = ({ errors }: QualityRecord) =>
  errors ? { errorRate: { mean: errors.rate.mean, high: errors.rate.high } } : {}

/** What the batch holds in the ledgers. Plans written before `objects` existed booked one object per item. */
const bookedOf = ({ booked, items }: StoredPlan, { terms }: Labeller) =>
  terms.fee ? { objects: items.length, ...booked } : booked

/** Store the judgements of a batch, once: an earlier attempt to settle it may have stored them. */
async function keepJudgements(
  objects: Pick<Objects, 'create' | 'readJson'>,
  judged: JudgementsRecord,
): Promise<JudgementsRecord> {
  const key = keys.judgements(judged)
  const stored = await objects.create(key, JSON.stringify(judged))
  return stored === 'created' ? judged : objects.readJson(key, judgementsRecord)
}

/** What is known from all batches of the schema version. */
async function soFar(
  ports: Pick<SettlePorts, 'objects' | 'labels' | 'settings'>,
  plan: StoredPlan,
  judged: JudgementsRecord,
): Promise<Omit<SoFar, 'otherObjects'>> {
  const records = await readJudgements(ports.objects, plan.schemaVersion, judged)
  const known = records.some(({ items }) => items.some(({ purpose }) => purpose === 'gold'))
    ? await adjudicated(ports, plan)
    : new Map<string, string>()
  return {
    batches: records.map((record) => record.batch),
    agreement: agreementOf(records, plan.categories, known, assumedRate(ports.settings)),
    independent: independentJudgements(records),
  }
}

const assumedRate = ({ labelling: { assumedErrorRate: mean, assumedErrorRateSd: sd } }: SettlePorts['settings']) => ({
  mean,
  sd,
})

/**
 * Labels that the owner decided: gold items are measured by them. A batch may have asked under an earlier
 * configuration.
 */
async function adjudicated(
  { objects, labels, settings }: Pick<SettlePorts, 'objects' | 'labels' | 'settings'>,
  { schemaVersion, categories }: StoredPlan,
): Promise<Map<string, string>> {
  const isCurrent = schemaVersion === settings.labels.version
  const standing = isCurrent ? (await labels.read()).labels : await labelsUnder(objects, { schemaVersion, categories })
  return new Map([...standing].flatMap(([item, { label, adjudicated: decided }]) => (decided ? [[item, label]] : [])))
}

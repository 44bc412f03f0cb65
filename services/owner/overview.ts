import { isOfADay } from '../../shared/batches'
import { byName } from '../../shared/by-name'
import { concurrently } from '../../shared/concurrently'
import { spent } from '../../shared/state/ledger'
import { keys } from '../../shared/keys'
import { LABELLERS } from '../../shared/labellers'
import { latestQuality } from '../../shared/labels'
import { findJson, type Objects } from '../../shared/objects'
import { planRecord, type QualityRecord, qualityRecord, reasonsForOwner } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { balancedAccuracy } from '../../shared/statistics/balanced-accuracy'
import type { Table } from '../../shared/table'
import { invitedPeople } from '../../shared/state/people'
import { type DeskProgress, readProgress } from '../../shared/state/desk'
import { openBatches } from '../../shared/state/open-batches'
import { disputesOf, flagsOf, type KnownLabels } from './labels'
import type { Annotator, AnnotatorQuality, OpenBatchInBrief, OwnerOverview, LabellingSpending } from './shown'

interface Ports {
  objects: Pick<Objects, 'read'>
  table: Pick<Table, 'get' | 'getMany' | 'query'>
  settings: Pick<Settings, 'labels' | 'caps' | 'labelling'>
}

/** How many settled batches are shown. */
const SHOWN = 14

/** The overview: batches with their progress, agreement, contributions of annotators, costs. */
export async function overview(ports: Ports, known: KnownLabels, now: Date): Promise<OwnerOverview> {
  const { objects, table, settings } = ports
  const [opened, invited] = await Promise.all([openOnes(ports), invitedPeople(table, now.getTime())])
  const open = opened.map(({ shown }) => shown)
  const batches = known.labels.batches.map(({ batch }) => batch)
  const asked = batches.filter(isOfADay)
  const qualities = (
    await concurrently(asked.slice(-SHOWN).reverse(), 8, (batch) => qualityOf(objects, batch))
  ).flatMap((quality) => quality ?? [])
  // Measured over all batches so far, so the latest suffices; measurements of other categories do not apply.
  const measured = latestQuality(known.labels, settings.labels.version)?.batch
  const latest =
    qualities.find(({ batch }) => batch === measured) ??
    (measured === undefined ? undefined : await qualityOf(objects, measured))
  return {
    version: settings.labels.version,
    categories: settings.labels.categories.map(({ name, definition }) => ({ name, definition })),
    agreement: latest ? agreementOf(latest) : null,
    open,
    settled: qualities.map(({ batch, items, labelled, judgements, costUsd }) => ({
      batch,
      items,
      labelled,
      judgements,
      costUsd,
    })),
    counts: {
      settled: asked.length,
      imports: batches.filter((name) => name.startsWith('import-')).length,
      corrections: batches.filter((name) => name.startsWith('correction-')).length,
      labels: known.labels.labels.size,
      disputes: disputesOf(known).length,
      flags: flagsOf(known).length,
    },
    annotators: annotatorsOf(latest?.annotators ?? byName([]), opened, invited),
    people: invited.map(({ name, role, untilMs }) => ({ name, role, until: new Date(untilMs).toISOString() })),
    spending: await spendingOf(ports, open[0]?.batch ?? asked.at(-1) ?? now.toISOString()),
  }
}

/** An open batch, with its progress if it is at the desk. */
interface Opened {
  shown: OpenBatchInBrief
  atDesk: DeskProgress | undefined
}

async function openOnes({ objects, table }: Ports): Promise<Opened[]> {
  const started = (await openBatches(table)).filter((batch) => batch.started)
  return concurrently(started, 4, async ({ batch, deadline }) => {
    const plan = await findJson(objects, keys.plan({ batch }), planRecord)
    const atDesk = await readProgress(table, batch)
    const shown = {
      batch,
      deadline,
      labeller: plan?.labeller ?? '',
      labellerTitle: titleOf(plan?.labeller),
      items: plan?.items.length ?? 0,
      complete: atDesk?.complete ?? null,
      judgements: plan?.judgements ?? 0,
      costUsd: plan?.costUsd ?? 0,
    }
    return { shown, atDesk }
  })
}

/** The title of a labeller; its name if it was removed since. */
const titleOf = (name = ''): string => (Object.hasOwn(LABELLERS, name) ? LABELLERS[name]?.title : undefined) ?? name

const qualityOf = (objects: Pick<Objects, 'read'>, batch: string): Promise<QualityRecord | undefined> =>
  findJson(objects, keys.quality({ batch }), qualityRecord)

const agreementOf = ({ batch, status, reasons, about, alpha, selfAgreement }: QualityRecord) => ({
  batch,
  status,
  reasons: reasonsForOwner({ reasons, about }),
  alpha,
  selfAgreement,
})

const UNKNOWN: AnnotatorQuality = {
  judgements: 0,
  reliability: null,
  confusion: [],
  gold: { items: 0, right: 0 },
  repeats: { items: 0, same: 0 },
}

function annotatorsOf(
  measured: QualityRecord['annotators'],
  open: readonly Opened[],
  invited: Awaited<ReturnType<typeof invitedPeople>>,
): Annotator[] {
  const until = new Map(invited.flatMap(({ role, name, untilMs }) => (role === 'annotator' ? [[name, untilMs]] : [])))
  const names = new Set([...Object.keys(measured), ...until.keys()])
  return [...names].sort().map((name) => {
    const { judgements, confusion, gold, repeats } = measured[name] ?? UNKNOWN
    const untilMs = until.get(name)
    return {
      name,
      judgements,
      reliability: balancedAccuracy(confusion),
      gold,
      repeats,
      open: open.reduce((sum, { atDesk }) => sum + (atDesk?.answered.get(name) ?? 0), 0),
      invitedUntil: untilMs === undefined ? null : new Date(untilMs).toISOString(),
    }
  })
}

/** Bookings against the caps of the day and month of the latest batch. */
async function spendingOf({ table, settings }: Ports, batch: string): Promise<LabellingSpending[]> {
  const day = batch.slice(0, 10)
  const month = day.slice(0, 7)
  return concurrently(['judgements', 'labelUsd'] as const, 2, async (what) => ({
    what,
    day: { of: day, spent: await spent(table, what, day), cap: settings.caps[what].perDay },
    month: { of: month, spent: await spent(table, what, month), cap: settings.caps[what].perMonth },
  }))
}

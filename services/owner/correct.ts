import { createHash } from 'node:crypto'
import { keys } from '../../shared/keys'
import { type LabelStore, settledLineOf } from '../../shared/labels'
import type { Objects } from '../../shared/objects'
import { type SettledLine, TEXT_CLASSIFICATION } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import { overrule } from '../../shared/state/cascade-claims'
import type { KnownLabels } from './labels'

interface Ports {
  objects: Pick<Objects, 'create'>
  table: Pick<Table, 'update'>
  settings: Pick<Settings, 'labels'>
  labels: LabelStore
}

export type Corrected =
  | { outcome: 'corrected'; batch: string; before: { label: string; batch: string } | null }
  | { outcome: 'unchanged'; batch: string }
  | { outcome: 'unknown-item' | 'unknown-label' }

/**
 * Give an item the owner's label, as a separate batch that starts what a settled batch starts. The
 * next dataset has it, and it overrides the annotators' judgements. The batch is named by the item, the label and the batch
 * whose label it replaces, so a duplicate decision has no effect. The role of the item stays. `null` says that no category
 * fits: from then on the item has no label, as a flagged one.
 */
export const correct =
  ({ objects, table, settings, labels: store }: Ports) =>
  async ({ labels, left }: KnownLabels, item: string, label: string | null, now: Date): Promise<Corrected> => {
    const { categories, version } = settings.labels
    const index = categories.findIndex(({ name }) => name === label)
    if (label !== null && index === -1) return { outcome: 'unknown-label' }
    const standing = labels.labels.get(item) ?? labels.neither.get(item)
    if (standing?.adjudicated && standing.label === (label ?? '')) {
      return { outcome: 'unchanged', batch: standing.batch }
    }
    const names = categories.map(({ name }) => name)
    const about = standing ? settledLineOf(standing, names) : unlabelled(left.get(item))
    if (!about) return { outcome: 'unknown-item' }

    const replaces = standing?.batch ?? left.get(item)?.batch ?? ''
    const hash = createHash('sha256')
      .update(JSON.stringify([item, label, replaces]))
      .digest('hex')
    const batch = `correction-${hash.slice(0, 16)}`
    const line: SettledLine = {
      ...about,
      label: index,
      'label-metadata': {
        'class-name': label ?? '',
        confidence: 1,
        'human-annotated': 'yes',
        'job-name': `labeling-job/${batch}`,
        'creation-date': now.toISOString().slice(0, -1),
        type: TEXT_CLASSIFICATION,
        'schema-version': version,
        judgements: about['label-metadata'].judgements,
        adjudicated: true,
        ...(label === null ? { neither: true as const } : {}),
      },
    }
    // No batch needs to ask about it again.
    await overrule(table, item, about.role, batch)
    const manifest = `${JSON.stringify(line)}\n`
    const isWritten = (await objects.create(keys.settledManifest({ batch }), manifest)) === 'created'
    await store.record(batch, isWritten ? { manifest } : undefined)
    return {
      outcome: 'corrected',
      batch,
      before: standing && !standing.neither ? { label: standing.label, batch: standing.batch } : null,
    }
  }

/** The partial line of an item that people could not settle. */
function unlabelled(left: { one: LeftOverOf } | undefined) {
  if (!left) return undefined
  const { plan, source, judgements } = left.one
  return {
    source,
    item: plan.item,
    'post-id': plan.post,
    role: plan.role,
    hashtags: plan.hashtags,
    date: plan.date,
    size: plan.size,
    'inclusion-probability': plan.inclusionProbability,
    ...(plan.draw && { draw: plan.draw }),
    'label-metadata': {
      judgements: judgements.flatMap(({ annotator, said }) =>
        'label' in said ? [{ annotator, label: said.label }] : [],
      ),
    },
  }
}

type LeftOverOf = KnownLabels['left'] extends Map<string, { one: infer One }> ? One : never

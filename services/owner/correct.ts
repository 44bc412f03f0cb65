import { createHash } from 'node:crypto'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import type { SettledLine } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import { overrule } from '../../shared/state/cascade-claims'
import type { Known } from './labels'

interface Ports {
  objects: Pick<Objects, 'create'>
  table: Pick<Table, 'update'>
  settings: Pick<Settings, 'labels'>
}

export type Corrected =
  | { outcome: 'corrected'; batch: string; before: { label: string; batch: string } | null }
  | { outcome: 'unchanged'; batch: string }
  | { outcome: 'unknown-item' | 'unknown-label' }

/**
 * Give an item the label that the owner decides on, as a batch of its own that starts what a settled batch starts: the
 * next dataset has it, and it stands over what annotators said. The batch is named by the item, the label and the batch
 * whose label it replaces, so that deciding twice is deciding once; the role of the item stays.
 */
export const correct =
  ({ objects, table, settings }: Ports) =>
  async ({ given, left }: Known, item: string, label: string, now: Date): Promise<Corrected> => {
    const { categories, version } = settings.labels
    const index = categories.findIndex(({ name }) => name === label)
    if (index === -1) return { outcome: 'unknown-label' }
    const standing = given.get(item)
    const before = standing?.line['label-metadata']
    if (standing && before?.adjudicated && before['class-name'] === label) {
      return { outcome: 'unchanged', batch: standing.batch }
    }
    const about = standing?.line ?? unlabelled(left.get(item))
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
        'class-name': label,
        confidence: 1,
        'human-annotated': 'yes',
        'job-name': `labeling-job/${batch}`,
        'creation-date': now.toISOString().slice(0, -1),
        type: 'groundtruth/text-classification',
        'schema-version': version,
        judgements: about['label-metadata'].judgements,
        adjudicated: true,
      },
    }
    // Nobody needs to be asked about it again.
    await overrule(table, item, about.role, batch)
    await objects.create(keys.settledManifest({ batch }), `${JSON.stringify(line)}\n`)
    return {
      outcome: 'corrected',
      batch,
      before: standing && before ? { label: before['class-name'], batch: standing.batch } : null,
    }
  }

/** The line of an item that people could not settle, as far as it goes. */
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
    'label-metadata': {
      judgements: judgements.flatMap(({ annotator, said }) =>
        'label' in said ? [{ annotator, label: said.label }] : [],
      ),
    },
  }
}

type LeftOverOf = Known['left'] extends Map<string, { one: infer One }> ? One : never

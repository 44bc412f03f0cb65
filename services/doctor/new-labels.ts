import { keys } from '../../shared/keys'
import { countsAs, labelsOfAllVersions, rulesOf } from '../../shared/labels'
import type { Objects } from '../../shared/objects'
import { championRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'

/** What changed labels would do, before anything is deployed. */
export interface Foreseen {
  /** Labelled items by schema version and name now, and the category that they would count as; null: none. */
  labels: { version: number; name: string; items: number; countsAs: string | null }[]
  /** Sentences: what happens to labels, agreement, model and reports. */
  words: string[]
}

type Counted = Omit<Foreseen['labels'][number], 'countsAs'>

/** Look at the existing labels and champion, and say what `labels` would change for them. Reads only. */
export const foresee =
  (objects: Pick<Objects, 'list' | 'lines' | 'exists' | 'readJson'>) =>
  async (labels: Settings['labels']): Promise<Foreseen> => {
    const champion = (await objects.exists(keys.champion({})))
      ? await objects.readJson(keys.champion({}), championRecord)
      : undefined
    return foreseenOf(await countLabels(objects), labels, champion)
  }

/**
 * Labelled items by schema version and name: of an item with several labels, the current one of each version counts.
 */
async function countLabels(objects: Pick<Objects, 'list' | 'lines'>): Promise<Counted[]> {
  const counts = new Map<string, Counted>()
  for (const { schemaVersion: version, label: name } of await labelsOfAllVersions(objects)) {
    const key = `${version} ${name}`
    counts.set(key, { version, name, items: (counts.get(key)?.items ?? 0) + 1 })
  }
  return [...counts.values()].sort((a, b) => a.version - b.version || (a.name < b.name ? -1 : 1))
}

function foreseenOf(
  counted: readonly Counted[],
  { version, categories, from }: Settings['labels'],
  champion: { job: string; labels: readonly string[]; schemaVersion: number } | undefined,
): Foreseen {
  const names = categories.map(({ name }) => name)
  const rules = rulesOf({ version, categories, from })
  const labels = counted.map((one) => ({ ...one, countsAs: countsAs(rules, one.version, one.name) ?? null }))
  const kept = labels.filter(({ countsAs }) => countsAs !== null)
  const lost = labels.filter(({ countsAs }) => countsAs === null)
  const without = names.filter((name) => !kept.some(({ countsAs }) => countsAs === name))
  const measured = counted.some((one) => one.version === version)
  return {
    labels,
    words: [
      `${itemsOf(kept)} of ${itemsOf(labels)} labels count` +
        (lost.length === 0
          ? ''
          : `; no more: ${lost.map((one) => `${one.items} ${one.name} of version ${one.version}`).join(', ')}`),
      ...(without.length === 0
        ? []
        : [`no label yet for ${without.join(', ')}: a model cannot answer it before some are given`]),
      ...(measured
        ? []
        : [
            'agreement starts again: until 60 items of this version have two judgements, labels are unmeasured and models provisional',
          ]),
      ...championInWords(names, version, champion),
    ],
  }
}

function championInWords(
  names: readonly string[],
  version: number,
  champion: { job: string; labels: readonly string[]; schemaVersion: number } | undefined,
): string[] {
  if (!champion) return ['no model is live']
  if (champion.schemaVersion === version) return [`${champion.job} stays live`]
  const gone = champion.labels.filter((label) => !names.includes(label))
  return [
    `${champion.job} was made for version ${champion.schemaVersion} and answers ${champion.labels.join(', ')}` +
      (gone.length === 0 ? '' : `, of which ${gone.join(', ')} would be no category`) +
      `; it stays live until a model of version ${version} is promoted`,
    'reports of earlier days stay as they are; shares before and after the change cannot be compared',
  ]
}

const itemsOf = (labels: readonly Counted[]): number => labels.reduce((sum, { items }) => sum + items, 0)

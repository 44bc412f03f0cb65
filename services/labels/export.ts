import { createHash } from 'node:crypto'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import type { SettledLine } from '../../shared/records'
import { type LabelStore, ownEntry, settledLineOf } from '../../shared/labels'
import type { Settings } from '../../shared/settings'
import { formatNamed } from './formats'

export interface ExportPorts {
  objects: Pick<Objects, 'put'>
  /** The labels that stand. */
  labels: LabelStore
  settings: Pick<Settings, 'labels'>
}

export interface Exported {
  key: string
  items: number
  judgements: number
}

/**
 * Write the label that each item has now, with what every judge said, to a file of the bucket that is named by its
 * bytes. Import reads each of the forms.
 */
export const exportLabels =
  ({ objects, settings, labels: store }: ExportPorts) =>
  async (form: string): Promise<Exported> => {
    const { write, extension } = formatNamed(form)
    const { labels } = await store.read()
    const categories = settings.labels.categories.map(({ name }) => name)
    const lines = [...labels.values()]
      .map((label) => ofNow(settledLineOf(label, categories), settings))
      .sort((a, b) => (a.item < b.item ? -1 : 1))
    const text = write(lines)
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
    const key = keys.export({ file: `labels-${hash}.${extension}` })
    await objects.put(key, text)
    const judgements = lines.reduce((sum, line) => sum + line['label-metadata'].judgements.length, 0)
    return { key, items: lines.length, judgements }
  }

/** A label of earlier definitions that counts is written as what it counts as; so is what its judges said. */
function ofNow(line: SettledLine, { labels }: Pick<Settings, 'labels'>): SettledLine {
  const { 'label-metadata': metadata } = line
  const { 'schema-version': version } = metadata
  if (version === labels.version) return line
  const judgements = metadata.judgements.flatMap(({ annotator, label }) => {
    const name = ownEntry(ownEntry(labels.from, String(version)), label)
    return name === undefined ? [] : [{ annotator, label: name }]
  })
  return { ...line, 'label-metadata': { ...metadata, 'schema-version': labels.version, judgements } }
}

import { createHash } from 'node:crypto'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { linesOfNow } from '../../shared/label-file/csv'
import type { LabelStore } from '../../shared/labels'
import type { Settings } from '../../shared/settings'
import { formatNamed } from './formats'

export interface ExportPorts {
  objects: Pick<Objects, 'put'>
  /** The current labels. */
  labels: LabelStore
  settings: Pick<Settings, 'labels'>
}

export interface Exported {
  key: string
  items: number
  judgements: number
}

/**
 * Write each item's current label, with every judgement, to a file of the bucket that is named by its bytes. Each
 * format can be imported again.
 */
export const exportLabels =
  ({ objects, settings, labels: store }: ExportPorts) =>
  async (form: string): Promise<Exported> => {
    const { write, extension } = formatNamed(form)
    const { labels } = await store.read()
    const lines = linesOfNow(labels, settings)
    const text = write(lines)
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
    const key = keys.export({ file: `labels-${hash}.${extension}` })
    await objects.put(key, text)
    const judgements = lines.reduce((sum, line) => sum + line['label-metadata'].judgements.length, 0)
    return { key, items: lines.length, judgements }
  }

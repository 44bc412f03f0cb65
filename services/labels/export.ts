import { createHash } from 'node:crypto'
import { keys } from '../../shared/keys'
import { readLinesGiven } from '../../shared/labels-given'
import type { Objects } from '../../shared/objects'
import type { Settings } from '../../shared/settings'
import { FORMATS } from './formats'
import { rulesOf } from './import'

export interface ExportPorts {
  objects: Pick<Objects, 'list' | 'lines' | 'put'>
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
  ({ objects, settings }: ExportPorts) =>
  async (form: keyof typeof FORMATS, { now }: { now: Date }): Promise<Exported> => {
    const given = await readLinesGiven(objects, rulesOf(settings, now))
    const lines = [...given.values()].map(({ line }) => line).sort((a, b) => (a.item < b.item ? -1 : 1))
    const text = FORMATS[form].write(lines)
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
    const key = keys.export({ file: `labels-${hash}.${FORMATS[form].extension}` })
    await objects.put(key, text)
    const judgements = lines.reduce((sum, line) => sum + line['label-metadata'].judgements.length, 0)
    return { key, items: lines.length, judgements }
  }

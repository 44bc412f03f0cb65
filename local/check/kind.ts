import { createReadStream } from 'node:fs'
import path from 'node:path'
import { LABEL_COLUMNS } from '../../shared/label-file/columns'
import { isTask } from '../../services/labels/label-studio'
import { isManifestLine } from '../../services/labels/manifest'
import { mapColumns } from '../../shared/row-file/columns'
import { openFile } from '../../shared/row-file/open'
import { headerOf2019, POST_COLUMNS } from '../../shared/post-file/columns'
import type { Kind } from './options'

/**
 * Whether a file holds posts or labels: by its form and its columns, and by its name where it could be either, as with
 * `text,label`.
 */
export async function kindOfFile(file: string): Promise<Kind> {
  const body = createReadStream(file)
  const { names, sample } = await openFile(file, body, { ...POST_COLUMNS, ...LABEL_COLUMNS }, headerOf2019)
  body.destroy()
  if (sample.some((value) => isTask(value) || isManifestLine(value))) return 'labels'
  const { fields } = mapColumns(names, LABEL_COLUMNS)
  const isLabelled = fields.label !== undefined
  if (isLabelled && (fields.annotator ?? fields.labelledAt ?? fields.annotation_id ?? fields.item)) return 'labels'
  const isDated = mapColumns(names, POST_COLUMNS).fields.createdAt !== undefined
  return isLabelled && !isDated && /label|annotation/i.test(path.basename(file)) ? 'labels' : 'posts'
}

import { labelsAsCsv } from '../../shared/label-file/csv'
import type { Format } from './entry'
import { ROW_FIELDS } from './rows'

/**
 * CSV with a header, one row per judgement. `text` and `label` are required, in any order. With `annotator` and no
 * `answer`, the label is what this annotator said, and several rows of one text are its judgements.
 */
export const labelCsv: Format = { name: 'csv', extension: 'csv', fields: ROW_FIELDS, write: labelsAsCsv }

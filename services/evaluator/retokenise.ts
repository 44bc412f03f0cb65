import type { DatasetRecord, EvaluationLine } from '../../shared/records'
import { knowsTextVersion, linesFor, plainText } from '../../shared/text'

/**
 * Evaluation lines with the tokens that a model of a text version reads, or why there are none. The lines of a dataset
 * hold the tokens of its own version, and from version 2 on the shown text that others are made of.
 */
export function retokenise(
  lines: readonly EvaluationLine[],
  { datasetId, textVersion: own }: Pick<DatasetRecord, 'datasetId' | 'textVersion'>,
  textVersion: string,
): { lines: readonly EvaluationLine[] } | { unreadable: string } {
  if (textVersion === own) return { lines }
  if (!knowsTextVersion(textVersion)) {
    return { unreadable: `it reads texts of version ${textVersion}, which this release does not know` }
  }
  if (lines.some(({ shown }) => shown === undefined)) {
    return {
      unreadable: `dataset ${datasetId} holds tokens of text version ${own} only, and it reads version ${textVersion}`,
    }
  }
  const lineOf = linesFor(textVersion)
  return { lines: lines.map((line) => ({ ...line, text: lineOf(plainText(line.shown ?? '')) })) }
}

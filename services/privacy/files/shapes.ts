import { gunzipSync } from 'node:zlib'
import { gzippedLines } from '../../../shared/sql-tables/rows'
import { z } from 'zod'
import { textsFromBytes, textsToBytes } from '../../../shared/cascades/known-texts'
import { traced } from '../../../shared/posts'
import { shownText, tokenise } from '../../../shared/text'
import { isRowGone } from './any-file'
import { clean, type Fields } from './clean'
import { byHeader, type Cells, recordsOf } from './csv-records'
import { lineByLine, type Rewrite } from './lines'
import type { DeletionTargets } from '../targets'

/** CSV with a header: the bytes of the remaining rows do not change. */
export const rewriteCsv =
  (goes: (cells: Cells, targets: DeletionTargets) => boolean): Rewrite =>
  (body, targets) => {
    const text = body.toString('utf8')
    let header: readonly string[] | undefined
    let gone = 0
    const kept: string[] = []
    for (const { cells, start, end } of recordsOf(text)) {
      const goesNow = header !== undefined && goes(byHeader(header, cells), targets)
      header ??= cells
      if (goesNow) gone++
      else kept.push(text.slice(start, end))
    }
    return gone > 0 ? { body: Buffer.from(kept.join('')), rows: gone } : undefined
  }

/** JSON Lines: an unchanged line keeps its bytes. */
export const rewriteJsonLines =
  (fields: Fields): Rewrite =>
  (body, targets) =>
    lineByLine(body, (line) => {
      const cleaned = clean(JSON.parse(line), fields, targets)
      if ('gone' in cleaned) return null
      return cleaned.changed > 0 ? JSON.stringify(cleaned.value) : line
    })

/** Gzipped JSON Lines of `tables/`, compressed again as their writers do. */
export const gzippedJsonLines =
  (fields: Fields): Rewrite =>
  (body, targets, key) => {
    const rewritten = rewriteJsonLines(fields)(gunzipSync(body), targets, key)
    return rewritten && { body: gzippedLines(rewritten.body), rows: rewritten.rows }
  }

/** Rows of a page that are not valid posts, each as it came, with what its source knows of it. */
export const refusedRows: Rewrite = (body, targets) =>
  lineByLine(body, (line) => {
    const { trace, row } = refusedRow.parse(JSON.parse(line))
    const isTraced = trace && ([trace.id, trace.retweetOf].some(targets.isPost) || targets.isAuthor(trace.authorId))
    return isTraced || isRowGone(row, targets) ? null : line
  })

const refusedRow = z.object({ trace: traced.optional(), row: z.unknown() })

/** One JSON document, written with its own indentation. */
export const jsonDocument =
  (fields: Fields): Rewrite =>
  (body, targets) => {
    const text = body.toString('utf8')
    const cleaned = clean(JSON.parse(text), fields, targets)
    if ('gone' in cleaned) return { body: Buffer.from('null\n'), rows: 1 }
    if (cleaned.changed === 0) return undefined
    const indent = /^[[{]\n( +)/.exec(text)?.[1]?.length
    const end = text.endsWith('\n') ? '\n' : ''
    return { body: Buffer.from(JSON.stringify(cleaned.value, null, indent) + end), rows: cleaned.changed }
  }

/** Lines of BlazingText, `__label__x token token`: they name no post, so they are found by their tokens. */
export const trainingLines: Rewrite = (body, targets) =>
  lineByLine(body, (line) => {
    const space = line.indexOf(' ')
    const of = targets.itemOfText(line.slice(space + 1))
    if (!of) return line
    return of.copy ? `${line.slice(0, space)} ${tokenise(shownText(of.copy.shown)).join(' ')}` : null
  })

/** The features of texts, by the id of each text's exact form, and the scores of each message. */
export const knownTexts: Rewrite = (body, targets, key) => {
  const { texts, first } = textsFromBytes(body, key)
  const left = texts.filter(({ id }) => !targets.itemOfText(id))
  const scores = new Map([...first.scores].filter(([cascade]) => !targets.isGone(cascade)))
  const rows = Math.max(texts.length - left.length, first.scores.size - scores.size)
  return rows > 0 ? { body: textsToBytes(left, { ...first, scores }), rows } : undefined
}

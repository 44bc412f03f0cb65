import { createReadStream } from 'node:fs'
import { join } from '../../services/labels/join'
import { checkedEntries, openLabels } from '../../services/labels/read'
import { makeCascadeIndex } from '../../shared/cascades/cascade-index'
import { rulesOf } from '../../shared/labels'
import { makeTally, placeInWords, type RefusedPlace } from '../../shared/row-file/tally'
import type { RefusedEntry } from '../../services/labels/entry'
import type { CheckRules, FileReport } from './report'
import { counted, countIn, tallied, tallyInWords } from './words'

/** Check a file of labels: what an import would use of it, without the labels and messages of the stack. */
export async function checkLabels(file: string, { settings, now, all }: CheckRules): Promise<FileReport> {
  const rules = { ...rulesOf(settings.labels), now }
  const opened = await openLabels(file, createReadStream(file))
  const { checked, left } = await checkedEntries(opened, rules)
  const knowledge = { texts: new Map<string, string>(), identify: makeCascadeIndex().identify }
  const { lines, refused } = join(checked, knowledge, 'check', rules, opened.fields)

  const tally = makeTally()
  const places = [...left, ...refused].map(placeOf).sort((a, b) => a.line - b.line)
  for (const place of places) tally.refuse(place)
  for (const { notes } of checked) for (const note of notes) tally.note(note)
  const labels = new Map<string, number>()
  const annotators = new Map<string, number>()
  for (const { line } of lines) {
    countIn(labels, line['label-metadata']['class-name'])
    for (const { annotator } of line['label-metadata'].judgements) countIn(annotators, annotator)
  }
  return {
    used: lines.length,
    refused: places.length,
    places: all ? places.map((place) => placeInWords(file, place)) : [],
    lines: [
      `${file}: labels, ${opened.found}`,
      `  ${counted(lines.length, 'message')} with a label`,
      ...(labels.size > 0 ? [`  labels      ${tallied(labels)}`] : []),
      ...(annotators.size > 0 ? [`  annotators  ${tallied(annotators)}`] : []),
      ...tallyInWords(file, tally, opened.unit, all),
    ],
  }
}

/** The meaning of an import's reasons, for a person at the keyboard. */
const WORDS: Readonly<Record<RefusedEntry['reason'], string>> = {
  'not-csv': 'is not a row of this CSV:',
  'not-json': 'is not JSON:',
  invalid: 'has the wrong form:',
  'no-text': 'is empty',
  unlabelled: 'is missing',
  failed: 'failed at Ground Truth:',
  'machine-labelled': 'was labelled by a machine',
  'unknown-class': 'is not a category of bellwether.yml:',
  'other-schema-version': 'has other definitions, labels.version',
  annotator: 'is not a name of an annotator:',
  'rounded-id': 'was rounded by a spreadsheet or is not whole, so it names no post:',
  clock: 'is in the future or before 2000:',
  'unknown-item': 'is unknown here; a stack that has this post accepts it:',
  'two-labels': 'has two different labels of the same time:',
  disputed: 'has a tie of votes:',
  evaluation: 'is in the evaluation sample',
  deleted: 'is of a post that was deleted',
}

const placeOf = ({ line, field, reason, found }: RefusedEntry): RefusedPlace => ({
  line,
  field: field === '' ? 'row' : field,
  reason: reasonOf(reason, found.replaceAll('"', "'")),
})

function reasonOf(reason: RefusedEntry['reason'], found: string): string {
  const words = WORDS[reason]
  if (reason === 'annotator' && found === '') return 'is missing'
  return words.endsWith(':') && found !== '' ? `${words} "${found}"` : words.replace(/:$/, '')
}

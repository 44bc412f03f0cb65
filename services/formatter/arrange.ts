import { createHash, type Hash } from 'node:crypto'
import { labelOf } from '../../shared/labels'
import type { EvaluationLine, SettledLine } from '../../shared/records'
import { tokenise } from '../../shared/text'
import { permanentRandom } from '../../shared/text/cascade'
import type { Spool } from './spool'

export const PARTS = ['train', 'validation', 'evaluation'] as const
export type Part = (typeof PARTS)[number]
export type Counts = Record<Part, number>

/** What stands in the three files now. */
export interface Arranged {
  rows: Counts
  classes: Record<string, Counts>
  sha256: Record<Part, string>
  /** The last UTC day on which one of the labels was given; none where there is no label. */
  latestDate: string | undefined
  /** Items that were settled for training and for evaluation: they stand in no file. */
  twoRoles: string[]
}

/** Enough that one of them is small beside the memory, also of some million lines. */
const BINS = 64

/** Put a settled line into the bin of its item. False where the text has no words. */
export function bin(spool: Pick<Spool, 'write'>, line: SettledLine): boolean {
  const tokens = tokenise(line.source)
  if (tokens.length === 0) return false
  const { item, role, 'label-metadata': metadata } = line
  const text = tokens.join(' ')
  const label = metadata['class-name']
  const content =
    role === 'training' ? `${labelOf(label)} ${text}` : JSON.stringify(evaluationLineOf(line, text, label))
  spool.write(
    binName(hash32(item) % BINS),
    `${item}\t${metadata['creation-date']}\t${role}\t${JSON.stringify(label)}\t${content}\n`,
  )
  return true
}

/**
 * Sort what is in the bins into the three files. Of several labels of an item the last given counts. The order of the
 * lines comes from the items alone, so the same labels give the same bytes however they were spread over manifests.
 */
export function arrange(spool: Pick<Spool, 'write' | 'take'>, validationShare: number): Arranged {
  const hashes: Record<Part, Hash> = { train: sha256(), validation: sha256(), evaluation: sha256() }
  const rows: Counts = { train: 0, validation: 0, evaluation: 0 }
  const classes = new Map<string, Counts>()
  const twoRoles: string[] = []
  let latest = ''

  for (let i = 0; i < BINS; i++) {
    const text: Record<Part, string> = { train: '', validation: '', evaluation: '' }
    for (const { item, created, role, label, content, contradicted } of lastOfEach(spool.take(binName(i)))) {
      if (contradicted) {
        twoRoles.push(item)
        continue
      }
      const part = role === 'evaluation' ? role : partOf(item, validationShare)
      text[part] += `${content}\n`
      rows[part] += 1
      const ofClass = classes.get(label) ?? { train: 0, validation: 0, evaluation: 0 }
      ofClass[part] += 1
      classes.set(label, ofClass)
      if (created > latest) latest = created
    }
    for (const part of PARTS) {
      hashes[part].update(text[part])
      spool.write(part, text[part])
    }
  }
  return {
    rows,
    classes: Object.fromEntries([...classes].sort(([a], [b]) => (a < b ? -1 : 1))),
    sha256: {
      train: hashes.train.digest('hex'),
      validation: hashes.validation.digest('hex'),
      evaluation: hashes.evaluation.digest('hex'),
    },
    latestDate: latest ? latest.slice(0, 10) : undefined,
    twoRoles,
  }
}

/** The salt is this split's own: the roles are drawn by the same numbers with another. */
const partOf = (item: string, validationShare: number): 'train' | 'validation' =>
  permanentRandom(item, 'validation-v1') < validationShare ? 'validation' : 'train'

interface Row {
  item: string
  created: string
  role: string
  label: string
  content: string
  contradicted: boolean
}

/** The rows of a bin in the order of their items: of each item the one with the latest date. */
function* lastOfEach(bin: string): Iterable<Row> {
  // An item holds no character below the tab, so sorting whole lines sorts by item, then by date.
  const lines = bin.split('\n').sort()
  const first = lines[0] === '' ? 1 : 0
  let roles = ''
  for (let i = first; i < lines.length; i++) {
    const [item = '', created = '', role = '', label = '', content = ''] = lines[i]!.split('\t')
    roles += role
    if (lines[i + 1]?.startsWith(`${item}\t`)) continue
    const contradicted = roles.includes('training') && roles.includes('evaluation')
    yield { item, created, role, label: String(JSON.parse(label)), content, contradicted }
    roles = ''
  }
}

const evaluationLineOf = (line: SettledLine, text: string, label: string): EvaluationLine => ({
  item: line.item,
  post: line['post-id'],
  text,
  label,
  hashtags: line.hashtags,
  date: line.date,
  size: line.size,
  inclusionProbability: line['inclusion-probability'],
})

const binName = (i: number): string => `bin-${i}`
const sha256 = () => createHash('sha256')

/** FNV-1a over UTF-16 units: spreads any ids evenly over the bins. */
function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

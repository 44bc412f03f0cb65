import { createHash } from 'node:crypto'
import { trainingLine } from '../../shared/engines/training-lines'
import { type Prior, priorOf } from '../../shared/engines/prior'
import type { ExampleLine } from '../../shared/engines/training-set'
import type { StandingLabel } from '../../shared/labels'
import type { EvaluationLine } from '../../shared/records'
import { trainingProbability } from '../../shared/statistics/design'
import { type ShownText, shownText, tokenise } from '../../shared/text'
import { permanentRandom } from '../../shared/text/cascade'

export const PARTS = ['train', 'validation', 'evaluation'] as const
export type DatasetPart = (typeof PARTS)[number]
export type PartCounts = Record<DatasetPart, number>
/** The parts that a model learns from. */
export const LEARNT = ['train', 'validation'] as const
type LearntPart = (typeof LEARNT)[number]

/** The files of a dataset, and their content. */
export interface Arranged {
  files: Record<DatasetPart, Buffer>
  sha256: Record<DatasetPart, string>
  /** The texts and labels that engines learn from, in the order of the lines above. */
  examples: Record<LearntPart, { body: Buffer; sha256: string }>
  /** Label shares by the labels for training. */
  prior: Prior
  rows: PartCounts
  classes: Record<string, PartCounts>
  /** The ids of all labels as CSV, each with its part. */
  ids: string
  /** The last UTC day on which one of the labels was given; none without labels. */
  latestDate: string | undefined
  /** Items that were labelled for training and for evaluation: they are in no file. */
  twoRoles: string[]
  /** Items whose text was removed after `retention.days`: they are in no file, and count in shares. */
  textExpired: string[]
}

/**
 * Sort the labels into the three files; training labels also go into the example files. The order of the lines depends
 * only on the items, so the same labels give the same bytes.
 */
export function arrange(labels: Iterable<StandingLabel>, validationShare: number): Arranged {
  const parts = ofEach(() => lineWriter())
  const examples = { train: lineWriter(), validation: lineWriter() }
  const learnt: StandingLabel[] = []
  const classes = new Map<string, PartCounts>()
  const ids = ['item,part\n']
  const twoRoles: string[] = []
  const textExpired: string[] = []
  let latest = ''
  for (const label of inFileOrder(labels)) {
    if (label.twoRoles) {
      twoRoles.push(label.item)
      continue
    }
    if (label.textExpired) {
      textExpired.push(label.item)
      continue
    }
    const part = label.role === 'evaluation' ? 'evaluation' : partOf(label.item, validationShare)
    const shown = shownText(label.text)
    const tokens = tokenise(shown)
    if (part === 'evaluation') parts.evaluation.write(evaluationLineOf(label, shown, tokens))
    else {
      parts[part].write(`${trainingLine(label.label, tokens)}\n`)
      examples[part].write(exampleLineOf(label, shown))
      learnt.push(label)
    }
    ids.push(`${csvField(label.item)},${part}\n`)
    const counts = classes.get(label.label) ?? { train: 0, validation: 0, evaluation: 0 }
    counts[part] += 1
    classes.set(label.label, counts)
    if (label.at > latest) latest = label.at
  }
  const files = ofEach((part) => parts[part].bytes())
  return {
    files,
    sha256: ofEach((part) => sha256(files[part])),
    examples: { train: withHash(examples.train.bytes()), validation: withHash(examples.validation.bytes()) },
    prior: priorOf(learnt.map((label) => ({ label: label.label, inclusionProbability: drawnWith(label) }))),
    rows: ofEach((part) => parts[part].count()),
    classes: Object.fromEntries([...classes].sort(([a], [b]) => (a < b ? -1 : 1))),
    ids: ids.join(''),
    latestDate: latest ? latest.slice(0, 10) : undefined,
    twoRoles,
    textExpired,
  }
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

const withHash = (body: Buffer) => ({ body, sha256: sha256(body) })

const ofEach = <T>(value: (part: DatasetPart) => T): Record<DatasetPart, T> => ({
  train: value('train'),
  validation: value('validation'),
  evaluation: value('evaluation'),
})

/** Lines that are encoded at once: one string of a whole file would take several times its bytes. */
const CHUNK = 4096

function lineWriter() {
  const chunks: Buffer[] = []
  let pending: string[] = []
  let count = 0
  const encode = () => {
    chunks.push(Buffer.from(pending.join('')))
    pending = []
  }
  return {
    write: (line: string): void => {
      count += 1
      if (pending.push(line) === CHUNK) encode()
    },
    bytes: (): Buffer => {
      encode()
      return Buffer.concat(chunks.splice(0))
    },
    count: (): number => count,
  }
}

/** Files were once put together from this many bins; the order remains, because a dataset is named by its bytes. */
const BINS = 256

/** By a hash of the item, so that the labels of a day or a class are not adjacent; then by the item. */
function inFileOrder(labels: Iterable<StandingLabel>): StandingLabel[] {
  const placed = Array.from(labels, (label) => {
    const hash = hash32(label.item)
    return { label, place: (hash % BINS) * 2 ** 32 + hash }
  })
  placed.sort((a, b) => a.place - b.place || (a.label.item < b.label.item ? -1 : 1))
  return placed.map(({ label }) => label)
}

/** FNV-1a over UTF-16 units. */
function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** A salt of its own: the roles are drawn by the same numbers with another salt. */
const partOf = (item: string, validationShare: number): 'train' | 'validation' =>
  permanentRandom(item, 'validation-v1') < validationShare ? 'validation' : 'train'

function evaluationLineOf(label: StandingLabel, shown: ShownText, tokens: readonly string[]): string {
  const line: EvaluationLine = {
    item: label.item,
    post: label.post,
    shown,
    text: tokens.join(' '),
    label: label.label,
    hashtags: [...label.hashtags],
    date: label.date,
    size: label.size,
    inclusionProbability: label.inclusionProbability,
    labelled: label.at.slice(0, 10),
  }
  return `${JSON.stringify(line)}\n`
}

function exampleLineOf(given: StandingLabel, shown: ShownText): string {
  const { item, label } = given
  const line: ExampleLine = { item, shown, label, inclusionProbability: drawnWith(given) }
  return `${JSON.stringify(line)}\n`
}

/** The probability with which a label was drawn for training; null where it is unknown. */
const drawnWith = ({ draw }: StandingLabel): number | null => (draw ? trainingProbability(draw) : null)

const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

import { createHash, type Hash } from 'node:crypto'
import { labelOf } from '../../shared/category-label'
import type { EvaluationLine, SettledLine } from '../../shared/records'
import { type ShownText, shownText, tokenise } from '../../shared/text'
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
const BINS = Array.from({ length: 256 }, (_, i) => `bin-${i}`)

/** Puts settled lines of these categories into the bin of their item. Answers false where the text has no words. */
export function binning(spool: Pick<Spool, 'write'>, categories: readonly string[]): (line: SettledLine) => boolean {
  const known = new Map(categories.map((category, i) => [category, { number: String(i), label: labelOf(category) }]))
  return (line) => {
    const shown = shownText(line.source)
    const tokens = tokenise(shown)
    const category = known.get(line['label-metadata']['class-name'])
    if (tokens.length === 0 || !category) return false
    const { item, role } = line
    const text = tokens.join(' ')
    const content =
      role === 'training' ? `${category.label} ${text}` : JSON.stringify(evaluationLineOf(line, shown, text))
    const created = line['label-metadata']['creation-date']
    const rank = line['label-metadata'].adjudicated ? OWNERS : ANNOTATORS
    spool.write(
      BINS[hash32(item) % BINS.length]!,
      `${item}\t${rank}${created}\t${ROLE_LETTERS[role]}\t${category.number}\t${content}\n`,
    )
    return true
  }
}

/**
 * Sort what is in the bins into the three files. Of several labels of an item the owner's counts, or else the last
 * given. The order of the
 * lines comes from the items alone, so the same labels give the same bytes however they were spread over manifests.
 */
export function arrange(spool: Spool, categories: readonly string[], validationShare: number): Arranged {
  const hashes: Record<Part, Hash> = { train: sha256(), validation: sha256(), evaluation: sha256() }
  const counts = categories.map((): Counts => ({ train: 0, validation: 0, evaluation: 0 }))
  const twoRoles: string[] = []
  let latest = ''
  spool.append(LABELS, Buffer.from('item,part\n'))

  for (const bin of BINS) {
    const text: Record<Part, string> = { train: '', validation: '', evaluation: '' }
    let ids = ''
    for (const { item, created, role, category, content, contradicted } of lastOfEach(spool.take(bin))) {
      if (contradicted) {
        twoRoles.push(item)
        continue
      }
      const part = role === ROLE_LETTERS.evaluation ? 'evaluation' : partOf(item, validationShare)
      text[part] += `${content}\n`
      ids += `${csvField(item)},${part}\n`
      counts[category]![part] += 1
      if (created > latest) latest = created
    }
    spool.append(LABELS, Buffer.from(ids))
    for (const part of PARTS) {
      const bytes = Buffer.from(text[part])
      hashes[part].update(bytes)
      spool.append(part, bytes)
    }
  }
  const present = categories
    .map((category, i) => [category, counts[i]!] as const)
    .filter(([, { train, validation, evaluation }]) => train + validation + evaluation > 0)
  return {
    rows: sumOf(counts),
    classes: Object.fromEntries(present.sort(([a], [b]) => (a < b ? -1 : 1))),
    sha256: {
      train: hashes.train.digest('hex'),
      validation: hashes.validation.digest('hex'),
      evaluation: hashes.evaluation.digest('hex'),
    },
    latestDate: latest ? latest.slice(0, 10) : undefined,
    twoRoles,
  }
}

/** Stand before the date, so that what the owner decided comes last whenever it was decided. */
const ANNOTATORS = '0'
const OWNERS = '1'

/** The list of the ids of all labels, with the part that each is in. */
export const LABELS = 'labels'

const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

const ROLE_LETTERS = { training: 't', evaluation: 'e' } as const

/** The salt is this split's own: the roles are drawn by the same numbers with another. */
const partOf = (item: string, validationShare: number): 'train' | 'validation' =>
  permanentRandom(item, 'validation-v1') < validationShare ? 'validation' : 'train'

interface Row {
  item: string
  created: string
  role: string
  /** Place among the categories. */
  category: number
  content: string
  contradicted: boolean
}

/** The rows of a bin in the order of their items: of each item the owner's, or the one with the latest date. */
function* lastOfEach(bin: string): Iterable<Row> {
  const lines = sortedByItem(bin.split('\n').slice(0, -1))
  let roles = ''
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!
    const item = itemOf(line)
    const afterDate = line.indexOf('\t', item.length + 1)
    const afterCategory = line.indexOf('\t', afterDate + 3)
    const role = line[afterDate + 1]!
    roles += role
    if (lines[i + 1]?.startsWith(`${item}\t`)) continue
    yield {
      item,
      created: line.slice(item.length + 2, afterDate),
      role,
      category: Number(line.slice(afterDate + 3, afterCategory)),
      content: line.slice(afterCategory + 1),
      contradicted: roles.includes(ROLE_LETTERS.training) && roles.includes(ROLE_LETTERS.evaluation),
    }
    roles = ''
  }
}

/**
 * Lines in the order of the hashes of their items, those of one hash in their own order: by item, then by date, as no
 * item holds a character below the tab. Numbers are sorted far sooner than strings.
 */
function sortedByItem(lines: readonly string[]): string[] {
  const keys = Float64Array.from(lines, (line, i) => hash32(itemOf(line)) * PLACES + i).sort()
  const hashAt = (i: number) => Math.floor((keys[i] ?? -1) / PLACES)
  const sorted: string[] = []
  for (let from = 0; from < keys.length;) {
    let to = from + 1
    while (hashAt(to) === hashAt(from)) to += 1
    const same = Array.from(keys.subarray(from, to), (key) => lines[key % PLACES]!)
    sorted.push(...(same.length > 1 ? same.sort() : same))
    from = to
  }
  return sorted
}

/** Lines that a bin may have: with 32 bits of hash before them, their numbers are exact in a double. */
const PLACES = 2 ** 21

const itemOf = (line: string): string => line.slice(0, line.indexOf('\t'))

const evaluationLineOf = (line: SettledLine, shown: ShownText, text: string): EvaluationLine => ({
  item: line.item,
  post: line['post-id'],
  shown,
  text,
  label: line['label-metadata']['class-name'],
  hashtags: line.hashtags,
  date: line.date,
  size: line.size,
  inclusionProbability: line['inclusion-probability'],
  labelled: line['label-metadata']['creation-date'].slice(0, 10),
})

const sumOf = (counts: readonly Counts[]): Counts =>
  counts.reduce(
    (sum, { train, validation, evaluation }) => ({
      train: sum.train + train,
      validation: sum.validation + validation,
      evaluation: sum.evaluation + evaluation,
    }),
    { train: 0, validation: 0, evaluation: 0 },
  )

const sha256 = () => createHash('sha256')

/** FNV-1a over UTF-16 units: spreads any ids evenly over the bins. */
function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

import type { SettledLine } from '../../../shared/records'

type Change = Partial<Omit<SettledLine, 'label-metadata'>> & { metadata?: Partial<SettledLine['label-metadata']> }

/** A settled line of an item, as labelling writes it. */
export function settledOf(item: string, label: string, { metadata, ...change }: Change = {}): SettledLine {
  return {
    source: `text of ${item}`,
    item,
    'post-id': `post-${item}`,
    role: 'training',
    hashtags: ['aws'],
    date: '2026-11-21',
    size: 2,
    'inclusion-probability': null,
    label: 0,
    'label-metadata': {
      'class-name': label,
      confidence: 0.9,
      'human-annotated': 'yes',
      'job-name': 'labeling-job/bellwether-test',
      'creation-date': '2026-11-22T12:00:00.000000',
      type: 'groundtruth/text-classification',
      'schema-version': 1,
      judgements: [{ annotator: 'ana', label }],
      ...metadata,
    },
    ...change,
  }
}

/** A manifest of these lines; a string stands as it is. */
export const manifestOf = (lines: readonly (SettledLine | string)[]): string =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')

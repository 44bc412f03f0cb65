import { type SettledLine, TEXT_CLASSIFICATION } from '../shared/records'
import type { Settings } from '../shared/settings'
import { cascadeId } from '../shared/text/cascade'

const EACH = 120

/**
 * A settled manifest that is easy to learn: for each category 120 posts that name it, three in four for training. `now`
 * is an ISO 8601 time.
 */
export function smokeLabels({ version, categories }: Settings['labels'], now: string): string {
  const lines = categories.flatMap(({ name }, index) =>
    Array.from({ length: EACH }, (_, i): SettledLine => {
      const source = `word${index} tells that post number ${i} of ${index} is about ${name}`
      return {
        source,
        item: cascadeId(source),
        'post-id': `smoke-${index}-${i}`,
        role: i % 4 === 0 ? 'evaluation' : 'training',
        hashtags: ['smoke'],
        date: now.slice(0, 10),
        size: 1,
        'inclusion-probability': i % 4 === 0 ? 1 : null,
        label: index,
        'label-metadata': {
          'class-name': name,
          confidence: 0.9,
          'human-annotated': 'no',
          'job-name': 'labeling-job/smoke',
          'creation-date': now,
          type: TEXT_CLASSIFICATION,
          'schema-version': version,
          judgements: [{ annotator: 'smoke', label: name }],
        },
      }
    }),
  )
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

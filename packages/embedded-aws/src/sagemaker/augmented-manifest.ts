import type { LabelingJob, SettledObject } from './labeling-job'
import type { ManifestLine } from './surroundings'

/** A line of the input, raw and parsed. */
export interface InputObject {
  text: string
  line: ManifestLine
}

/**
 * The current output manifest of a job. A line that is labelled or failed has Ground Truth's fields; any
 * other equals its line of the input.
 */
export function augmentedManifest(
  { request, settled }: Pick<LabelingJob, 'request' | 'settled'>,
  objects: readonly InputObject[],
  categories: readonly string[],
): string {
  const byIndex = new Map(settled.map((one) => [one.index, one]))
  const lines = objects.map(({ text, line }, index) => {
    const one = byIndex.get(index)
    return one ? JSON.stringify(augmented(request, line, one, categories)) : text
  })
  return lines.map((line) => `${line}\n`).join('')
}

function augmented(
  { LabelAttributeName: attribute, LabelingJobName: name }: LabelingJob['request'],
  line: Record<string, unknown>,
  one: SettledObject,
  categories: readonly string[],
) {
  const common = {
    'job-name': `labeling-job/${name.toLowerCase()}`,
    'human-annotated': 'yes',
    'creation-date': microseconds(one.at),
    type: 'groundtruth/text-classification',
  }
  if ('failure' in one) {
    const { 'creation-date': _, ...rest } = common
    return { ...line, [`${attribute}-metadata`]: { 'retry-count': 1, 'failure-reason': one.failure, ...rest } }
  }
  return {
    ...line,
    [attribute]: categories.indexOf(one.label),
    [`${attribute}-metadata`]: { confidence: one.confidence, 'class-name': one.label, ...common },
  }
}

/** Ground Truth writes microseconds and no zone. */
const microseconds = (ms: number): string => new Date(ms).toISOString().replace('Z', '000')

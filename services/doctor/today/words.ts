import type { Stage } from './stages'

const MARKS: Record<Stage['state'], string> = {
  done: 'ok',
  'under way': '..',
  'not due': '--',
  skipped: '--',
  'waits for people': 'you',
  late: 'LATE',
  failed: 'FAIL',
  'could not be checked': '?',
}

/** The day for a terminal: a line for each stage, with the remedy below it. */
export function wordsOf({
  day,
  ready,
  stages,
}: {
  day: string
  ready: boolean | null
  stages: readonly Stage[]
}): string[] {
  const width = Math.max(...stages.map((one) => nameOf(one).length))
  return [
    `Posts of ${day}: ${ready === null ? 'no problem is known, but not everything could be checked' : ready ? 'all is well' : 'something is late or failed'}`,
    ...stages.flatMap((one) => [
      `  ${MARKS[one.state].padEnd(4)}  ${nameOf(one).padEnd(width)}  ${one.state === 'done' ? '' : `${one.state}: `}${one.found}`,
      ...(one.help ? [`  ${' '.repeat(4)}  ${' '.repeat(width)}  > ${one.help}`] : []),
    ]),
  ]
}

const nameOf = ({ stage, hashtag, engine }: Stage): string =>
  [stage, hashtag === undefined ? undefined : `#${hashtag}`, engine].filter((part) => part !== undefined).join(' ')

/** A training job of this stage. */
export interface JobName {
  datasetId: string
  /** Attempt number, from 1. */
  attempt: number
  /**
   * The engine that the configuration names. Absent for the first engine: its jobs keep the names that they had before
   * there were several.
   */
  entrant?: string | undefined
}

/** The same dataset, engine and attempt give the same name, so that SageMaker itself refuses a second start. */
export const jobName = (stage: string, { datasetId, attempt, entrant }: JobName): string =>
  `bellwether-${stage}-${datasetId}-${entrant === undefined ? '' : `${entrant}-`}${attempt}`

/** The reverse of `jobName`; undefined for a job of another stage. */
export function parseJobName(stage: string, name: string): JobName | undefined {
  const prefix = `bellwether-${stage}-`
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : ''
  const [, datasetId, entrant, attempt] = /^([\da-f]{16})-(?:([a-z][a-z-]*)-)?(\d{1,3})$/.exec(rest) ?? []
  if (!datasetId || !attempt) return undefined
  return { datasetId, attempt: Number(attempt), ...(entrant === undefined ? {} : { entrant }) }
}

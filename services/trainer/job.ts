/** A training job of ours: the dataset it trains on, and the how-manieth try it is. */
export interface Job {
  datasetId: string
  attempt: number
}

/** The same dataset and attempt have the same name, so that SageMaker itself refuses a second start. */
export const jobName = (stage: string, { datasetId, attempt }: Job): string =>
  `bellwether-${stage}-${datasetId}-${attempt}`

/** The reverse of `jobName`; nothing for a job that is not of this stage. */
export function parseJobName(stage: string, name: string): Job | undefined {
  const prefix = `bellwether-${stage}-`
  const [, datasetId, attempt] =
    (name.startsWith(prefix) && /^([\da-f]{16})-(\d{1,3})$/.exec(name.slice(prefix.length))) || []
  return datasetId && attempt ? { datasetId, attempt: Number(attempt) } : undefined
}

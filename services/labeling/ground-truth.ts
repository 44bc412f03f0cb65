import {
  CreateLabelingJobCommand,
  DescribeLabelingJobCommand,
  type DescribeLabelingJobCommandOutput,
  type SageMakerClient,
  StopLabelingJobCommand,
} from '@aws-sdk/client-sagemaker'
import { concurrently } from '../../shared/concurrently'
import { BellwetherError, isNamed } from '../../shared/errors'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import type { Settings } from '../../shared/settings'
import { objectIndex, readOutputLine, readResponses } from './ground-truth-answers'
import { checkGroundTruth, labelingJobRequest, type Place, responsesFolder } from './ground-truth-request'
import type { Answers, Labeller } from './labeller'
import { readLines, type StoredPlan } from './plan'

type Bucket = Pick<Objects, 'bucket' | 'read' | 'lines' | 'list' | 'exists'>

const ENDED = ['Completed', 'Stopped', 'Failed']

/** SageMaker Ground Truth, for accounts that have it: it takes no new customers since July 2026. */
export const groundTruthLabeller = (
  client: SageMakerClient,
  objects: Bucket,
  place: Place,
  settings: Settings['labelling']['groundTruth'],
): Labeller => ({
  check: () => void checkGroundTruth(place, settings),

  start: async ({ plan, lines }) => {
    const request = labelingJobRequest(plan, lines.length, place, checkGroundTruth(place, settings))
    try {
      await client.send(new CreateLabelingJobCommand(request))
    } catch (error) {
      // The name is the batch's: whoever took it was this batch.
      if (isNamed(error, 'ResourceInUse')) return
      if (isNamed(error, 'ValidationException', 'AccessDeniedException')) {
        const why = error instanceof Error ? error.message : ''
        const remedy = 'Ground Truth is for accounts that used it before; otherwise set labelling.labeller: desk'
        throw new BellwetherError('LABELLER_REFUSED', `${plan.job}: ${why}. ${remedy}`, { cause: error })
      }
      throw error
    }
  },

  finish: async (plan, now) => {
    const job = await describe(client, plan.job)
    if (!job) return now ? { judgements: [], consolidated: [], refused: [] } : undefined
    const status = job.LabelingJobStatus ?? ''
    if (!ENDED.includes(status)) {
      // Its state-change event, or the next look of the reconciler, settles what came until now.
      if (now && status !== 'Stopping') await client.send(new StopLabelingJobCommand({ LabelingJobName: plan.job }))
      return undefined
    }
    return answersOf(objects, plan, job.LabelingJobOutput?.OutputDatasetS3Uri)
  },
})

async function describe(client: SageMakerClient, name: string): Promise<DescribeLabelingJobCommandOutput | undefined> {
  try {
    return await client.send(new DescribeLabelingJobCommand({ LabelingJobName: name }))
  } catch (error) {
    // AWS says it in either way, by the kind of the job.
    const missing = isNamed(error, 'ValidationException') && /not found|does not exist/i.test(String(error))
    if (missing || isNamed(error, 'ResourceNotFound')) return undefined
    throw error
  }
}

async function answersOf(objects: Bucket, plan: StoredPlan, output: string | undefined): Promise<Answers> {
  const key = output?.replace(`s3://${objects.bucket}/`, '')
  if (!key || !(await objects.exists(key))) return { judgements: [], consolidated: [], refused: [] }
  const answers: Answers = { judgements: [], consolidated: [], refused: [] }
  const items = new Set(plan.items.map(({ item }) => item))
  const seen = new Set<string>()
  for await (const text of objects.lines(key)) {
    if (text.trim() === '') continue
    const line = readOutputLine(text, items, plan.categories)
    if (line.item !== null && seen.has(line.item)) {
      answers.refused.push({ item: null, reason: 'repeated', found: line.item })
    } else if ('label' in line) answers.consolidated.push(line)
    else answers.refused.push(line)
    if (line.item !== null) seen.add(line.item)
  }
  const { judgements, refused } = await readJudgements(
    objects,
    plan,
    new Set(answers.consolidated.map(({ item }) => item)),
  )
  return { ...answers, judgements, refused: [...answers.refused, ...refused] }
}

/** What each worker said of the items that have a label. */
async function readJudgements(objects: Bucket, plan: StoredPlan, labelled: ReadonlySet<string>) {
  const lines = await readLines(objects, keys.inputManifest(plan))
  const files = new Map<string, string[]>()
  for await (const { key } of objects.list(responsesFolder(plan))) {
    const index = objectIndex(key)
    const item = index === undefined ? undefined : lines[index]?.item
    if (item !== undefined && labelled.has(item)) files.set(item, [...(files.get(item) ?? []), key])
  }
  const read = await concurrently([...files], 8, async ([item, responses]) => {
    const bodies = await concurrently(responses.sort(), 4, (key) => objects.read(key))
    return readResponses(
      item,
      bodies.map((stored) => stored?.body.toString('utf8') ?? ''),
    )
  })
  return { judgements: read.flatMap(({ judgements }) => judgements), refused: read.flatMap(({ refused }) => refused) }
}

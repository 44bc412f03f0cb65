import {
  CreateLabelingJobCommand,
  type CreateLabelingJobRequest,
  DescribeLabelingJobCommand,
  type DescribeLabelingJobCommandOutput,
  type SageMakerClient,
  StopLabelingJobCommand,
} from '@aws-sdk/client-sagemaker'
import { concurrently } from '../../../../shared/concurrently'
import { BellwetherError, isNamed } from '../../../../shared/errors'
import { keys } from '../../../../shared/keys'
import type { Objects } from '../../../../shared/objects'
import type { Settings } from '../../../../shared/settings'
import { objectIndex, readOutputLine, readResponses } from './ground-truth-answers'
import { type Consensus, consensusOf } from '../../measuring/consensus'
import {
  checkGroundTruth,
  labelingJobRequest,
  type LabelingJobContext,
  responsesFolder,
  THIRD,
  thirdJobRequest,
} from './ground-truth-request'
import { judgementsByItem } from '../../measuring/judged'
import type { Answers, LabellerAdapter } from '../labeller'
import { type InputLine, isDecided, readLines, type StoredPlan, toJsonLines } from '../../plan'
import { categoryFile } from './categories'
import { instructions } from './instructions'

type Bucket = Pick<Objects, 'bucket' | 'read' | 'lines' | 'list' | 'exists' | 'create' | 'put'>

const ENDED = ['Completed', 'Stopped', 'Failed']

/** SageMaker Ground Truth, for accounts that already use it: AWS accepts no new customers since July 2026. */
export const groundTruthLabeller = (
  client: SageMakerClient,
  objects: Bucket,
  place: LabelingJobContext,
  settings: Settings['labelling']['groundTruth'],
): LabellerAdapter => ({
  check: () => void checkGroundTruth(place, settings),

  start: async ({ plan, lines, categories }) => {
    await objects.put(keys.categories(plan), categoryFile(categories))
    await objects.put(keys.instructions(plan), instructions(categories))
    await create(client, labelingJobRequest(plan, lines.length, place, checkGroundTruth(place, settings)))
  },

  finish: async (plan, now, at) => {
    const job = await describe(client, plan.job)
    if (!job)
      return now ? { judgements: [], consolidated: [], refused: [], objects: { first: 0, second: 0 } } : undefined
    if (!(await hasEnded(client, plan.job, job, now))) return undefined
    // The first job's answers are read when it has ended, and again when the second has, but not with every poll in
    // between.
    const third = await describe(client, `${plan.job}${THIRD}`)
    if (third && !(await hasEnded(client, `${plan.job}${THIRD}`, third, now))) return undefined
    const answers = {
      ...(await answersOf(objects, plan, job.LabelingJobOutput?.OutputDatasetS3Uri)),
      objects: { first: billed(job, plan.items.length), second: 0 },
    }

    const disputed = disputedIn(plan, answers)
    if (disputed.length === 0 || (!third && now)) return answers
    if (!third) {
      const asked = (await readLines(objects, keys.inputManifest(plan))).filter(({ item }) => disputed.includes(item))
      // The job reads this when it begins, so what was asked never changes.
      await objects.create(keys.thirdManifest(plan), toJsonLines(asked))
      const request = thirdJobRequest(plan, asked.length, place, checkGroundTruth(place, settings), at)
      await create(client, request)
      return undefined
    }
    return withThirds(objects, plan, answers, (asked) => billed(third, asked))
  },
})

/**
 * Whether a job has ended. With `now` it is stopped first; its state-change event, or the reconciler's next look, then
 * continues.
 */
async function hasEnded(
  client: SageMakerClient,
  name: string,
  { LabelingJobStatus: status }: DescribeLabelingJobCommandOutput,
  now: boolean,
): Promise<boolean> {
  if (status && ENDED.includes(status)) return true
  if (now && status !== 'Stopping') {
    await client.send(new StopLabelingJobCommand({ LabelingJobName: name }))
  }
  return false
}

async function create(client: SageMakerClient, request: CreateLabelingJobRequest): Promise<void> {
  try {
    await client.send(new CreateLabelingJobCommand(request))
  } catch (error) {
    // The name is the batch's: a job of this name is this batch's.
    if (isNamed(error, 'ResourceInUse')) return
    if (isNamed(error, 'ValidationException', 'AccessDeniedException')) {
      const why = error instanceof Error ? error.message : ''
      const remedy = 'Ground Truth is for accounts that used it before; otherwise set labelling.labeller: desk'
      throw new BellwetherError('LABELLER_REFUSED', `${request.LabelingJobName}: ${why}. ${remedy}`, { cause: error })
    }
    throw error
  }
}

/** Items that got every requested judgement, an even number, and ended in a tie. */
function disputedIn(plan: StoredPlan, { judgements }: Answers): string[] {
  const byItem = judgementsByItem(judgements)
  const asked = Math.max(...plan.items.map((item) => item.judgements))
  return plan.items
    .filter(({ purpose }) => isDecided(purpose))
    .map(({ item }) => item)
    .filter((item) => {
      const said = byItem.get(item) ?? []
      return asked % 2 === 0 && said.length === asked && isDisputed(consensusOf(said, plan.categories))
    })
    .sort()
}

const isDisputed = (consensus: Consensus): boolean => consensus.label === undefined && consensus.reason === 'disputed'

/**
 * The answers, joined by item with those of the second job. A person who judged an item before is not counted again.
 */
async function withThirds(
  objects: Bucket,
  plan: StoredPlan,
  answers: Answers,
  billedOf: (asked: number) => number,
): Promise<Answers> {
  const lines = await readLines(objects, keys.thirdManifest(plan))
  const folder = responsesFolder(plan, `${plan.job}${THIRD}`)
  const { judgements, refused } = await readJudgements(objects, lines, folder, () => true)
  const before = new Set(answers.judgements.map(({ item, annotator }) => `${item}\n${annotator}`))
  const repeated = judgements.filter(({ item, annotator }) => before.has(`${item}\n${annotator}`))
  return {
    ...answers,
    judgements: [...answers.judgements, ...judgements.filter((one) => !repeated.includes(one))],
    refused: [
      ...answers.refused,
      ...refused,
      ...repeated.map(({ item, annotator }) => ({ item, reason: 'repeated-judge', found: annotator })),
    ],
    setAside: repeated.length,
    objects: { first: answers.objects?.first ?? 0, second: billedOf(lines.length) },
  }
}

/**
 * Objects of a job that got a label, or that workers tried in vain, as AWS counts them; all requested objects where AWS
 * does not tell.
 */
function billed({ LabelCounters: counters }: DescribeLabelingJobCommandOutput, asked: number): number {
  if (counters?.TotalLabeled === undefined) return asked
  return Math.min(asked, counters.TotalLabeled + (counters.FailedNonRetryableError ?? 0))
}

async function describe(client: SageMakerClient, name: string): Promise<DescribeLabelingJobCommandOutput | undefined> {
  try {
    return await client.send(new DescribeLabelingJobCommand({ LabelingJobName: name }))
  } catch (error) {
    // AWS reports it in one of two ways, depending on the kind of job.
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
  const lines = await readLines(objects, keys.inputManifest(plan))
  const labelled = new Set(answers.consolidated.map(({ item }) => item))
  const { judgements, refused } = await readJudgements(objects, lines, responsesFolder(plan), (item) =>
    labelled.has(item),
  )
  return { ...answers, judgements, refused: [...answers.refused, ...refused] }
}

/** The judgements of each worker of a job that count, by item, in the order of the job's manifest. */
async function readJudgements(
  objects: Bucket,
  lines: readonly InputLine[],
  folder: string,
  counts: (item: string) => boolean,
) {
  const files = new Map<string, string[]>()
  for await (const { key } of objects.list(folder)) {
    const index = objectIndex(key)
    const item = index === undefined ? undefined : lines[index]?.item
    if (item !== undefined && counts(item)) files.set(item, [...(files.get(item) ?? []), key])
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

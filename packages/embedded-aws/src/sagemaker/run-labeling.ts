import { createHash } from 'node:crypto'
import { z } from 'zod'
import { augmentedManifest, type InputObject } from './augmented-manifest'
import { consolidate } from './consolidate'
import type { JobFiles } from './job-files'
import type { Kept } from './kept'
import { folderOf, type LabelingJob, manifestUriOf, type SettledObject } from './labeling-job'
import type { Annotate, Site } from './surroundings'
import { type Answer, responseFile, workerResponse } from './worker-response'

export interface LabelingRuns {
  run(name: string): void
  stop(name: string): void
}

const DETAIL_TYPE = 'SageMaker Ground Truth Labeling Job State Change'
const ENDED = new Set(['Completed', 'Failed', 'Stopped'])
/** How many times the manifest is rewritten while people answer. */
const STEPS = 4
/** In jobs of at least this many objects one object fails: Ground Truth does not promise that all succeed. */
const OBJECTS_WITH_A_FAILURE = 10

const categoryFile = z.object({
  'document-version': z.literal('2018-11-28'),
  labels: z.array(z.object({ label: z.string().max(256) })).min(2),
})

/** Plays Ground Truth: people answer by the clock; responses and the manifest are written as the job's role. */
export function labelingRuns(site: Site, jobs: Kept<LabelingJob>): LabelingRuns {
  const { clock, durations, mishaps, annotate } = site

  const known = (name: string): LabelingJob => {
    const job = jobs.get(name)
    if (!job) throw new Error(`no labelling job ${name}`)
    return job
  }
  const keep = (name: string, more: Partial<LabelingJob>) => {
    const before = known(name)
    const job = { ...before, ...more, modified: clock.now() }
    jobs.put(name, job)
    if (job.status !== before.status && ENDED.has(job.status)) {
      site.announce(DETAIL_TYPE, job.arn, job.status, { LabelingJobStatus: job.status })
    }
  }
  const open = (name: string) => known(name).status === 'InProgress' || known(name).status === 'Initializing'
  const after = (name: string, ms: number, step: (files: JobFiles) => Promise<void>) =>
    site.after(ms, `labelling job ${name}`, async () => {
      if (!open(name)) return
      const files = site.files(known(name).request.RoleArn)
      try {
        await step(files)
      } catch (error) {
        keep(name, { status: 'Failed', failureReason: `ClientError: ${messageOf(error)}`.slice(0, 1024) })
      }
    })

  /** Steps are counted from the start of the job, so that slow work does not shift them. */
  const untilNextStep = (name: string) =>
    durations.labelingStep - ((clock.now() - known(name).created) % durations.labelingStep)

  const begin = async (name: string, files: JobFiles): Promise<void> => {
    const { request } = known(name)
    const failure = mishaps.labeling.shift()
    if (failure) return keep(name, { status: 'Failed', failureReason: failure })
    const input = await readInput(files, request)
    await files.read(request.HumanTaskConfig.UiConfig.UiTemplateS3Uri)
    await files.write(manifestUriOf(known(name)), augmentedManifest(known(name), input.objects, input.categories))
    keep(name, { status: 'InProgress', objects: input.objects.length })
    if (annotate) return after(name, untilNextStep(name), (role) => answer(name, annotate, role))
    // Nobody answers: the tasks are offered until they expire.
    const lifetime = request.HumanTaskConfig.TaskAvailabilityLifetimeInSeconds * 1000
    return after(name, lifetime, async () => keep(name, { status: 'Completed' }))
  }

  /** People answer the next part of the objects; then the manifest is rewritten. */
  const answer = async (name: string, ask: Annotate, files: JobFiles): Promise<void> => {
    const job = known(name)
    const { objects, categories } = await readInput(files, job.request)
    const least = Math.max(1, Math.ceil(objects.length / STEPS))
    const done = new Set(job.settled.map(({ index }) => index))
    const asked = [...objects.entries()].filter(([index, object]) => !done.has(index) && !isLabelled(job, object))
    const most = job.request.StoppingConditions?.MaxHumanLabeledObjectCount ?? objects.length
    const left = Math.max(0, most - job.settled.length)
    const now = asked.slice(0, Math.min(least, left))
    const failing = objects.length >= OBJECTS_WITH_A_FAILURE ? oneOf(objects) : undefined

    const settled: SettledObject[] = []
    for (const [index, object] of now) {
      const at = clock.now()
      const answers = index === failing ? [] : answersTo(object, job, ask, categories)
      const label = consolidate(answers, categories)
      settled.push(label ? { index, at, ...label } : { index, at, failure: FAILURE })
      if (answers.length > 0) {
        const folder = folderOf(job.request.OutputConfig.S3OutputPath, job.request.LabelingJobName)
        const file = `${folder}/annotations/worker-response/iteration-1/${index}/${responseFile(at)}`
        await files.write(file, workerResponse(answers, at, site.region))
      }
    }
    keep(name, { settled: [...job.settled, ...settled] })
    await files.write(manifestUriOf(job), augmentedManifest(known(name), objects, categories))
    if (asked.length > now.length && left <= least) return keep(name, { status: 'Stopped' })
    if (asked.length > now.length) return after(name, untilNextStep(name), (role) => answer(name, ask, role))
    return keep(name, { status: 'Completed' })
  }

  const answersTo = (
    { line }: InputObject,
    { request }: LabelingJob,
    ask: Annotate,
    categories: readonly string[],
  ): Answer[] => {
    const item = site.itemOf?.(line) ?? line.source
    const wanted = request.HumanTaskConfig.NumberOfHumanWorkersPerDataObject
    const answers: Answer[] = []
    for (const worker of rotated(site.workers ?? [], item, request.LabelAttributeName)) {
      if (answers.length === wanted) break
      const label = ask(worker, item)
      if (label !== undefined && categories.includes(label)) answers.push({ worker, label })
    }
    return answers
  }

  return {
    run(name) {
      // After a restart it continues from the stored answers.
      if (open(name)) after(name, 0, (files) => begin(name, files))
      else if (known(name).status === 'Stopping') this.stop(name)
    },
    stop(name) {
      keep(name, { status: 'Stopping' })
      site.after(0, `labelling job ${name}`, async () => keep(name, { status: 'Stopped' }))
    },
  }
}

const FAILURE = 'ClientError: The annotation consolidation Lambda function got no answer for this object.'

async function readInput(files: JobFiles, request: LabelingJob['request']) {
  const manifest = (await files.read(request.InputConfig.DataSource.S3DataSource.ManifestS3Uri)).toString('utf8')
  const config = categoryFile.parse(JSON.parse((await files.read(request.LabelCategoryConfigS3Uri)).toString('utf8')))
  const objects = manifest
    .split(/\r?\n/)
    .filter((text) => text !== '')
    .map((text, i): InputObject => {
      const line = z.looseObject({ source: z.string() }).safeParse(JSON.parse(text))
      if (!line.success) throw new Error(`line ${i + 1} of the manifest has no source`)
      return { text, line: line.data }
    })
  if (objects.length === 0) throw new Error('the manifest has no object')
  return { objects, categories: config.labels.map(({ label }) => label) }
}

/** In a chained job, a line that already has this job's label is not asked again. */
const isLabelled = ({ request }: LabelingJob, { line }: InputObject): boolean => request.LabelAttributeName in line

/** Rotates the list by a hash of the item and the job's attribute, so that a chained job asks other people. */
function rotated(workers: readonly string[], item: string, attribute: string): string[] {
  const from = workers.length === 0 ? 0 : (digest(item) + digest(attribute)) % workers.length
  return [...workers.slice(from), ...workers.slice(0, from)]
}

/** Index of the object with the smallest hash: the same in every run. */
function oneOf(objects: readonly InputObject[]): number {
  const hashes = objects.map(({ text }) => digest(text))
  return hashes.indexOf(Math.min(...hashes))
}

const digest = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE()
const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error)

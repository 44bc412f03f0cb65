import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { JobFiles } from './job-files'
import type { Kept } from './kept'
import type { Site } from './surroundings'
import type { Trainer } from './trainer'
import { movedTo, type TrainingJob, trainingEventDetail } from './training-job'

export interface TrainingRuns {
  /** Store a new job, announce it, and run it. */
  begin(job: TrainingJob): void
  /** Take the job through its states to its end. Also resumes a job that a restart interrupted. */
  run(name: string): void
  /** Ask a running job to stop. */
  stop(name: string): void
}

const DETAIL_TYPE = 'SageMaker Training Job State Change'

/** Runs training jobs as SageMaker does: states change with the clock, and S3 is read and written as the job's role. */
export function trainingRuns(site: Site, jobs: Kept<TrainingJob>, trainer: Trainer): TrainingRuns {
  const { clock, durations, mishaps } = site
  const logs = path.join(site.dataDir, 'logs/sagemaker/TrainingJobs')

  const known = (name: string): TrainingJob => {
    const job = jobs.get(name)
    if (!job) throw new Error(`no training job ${name}`)
    return job
  }
  const keep = (job: TrainingJob) => {
    jobs.put(job.request.TrainingJobName, job)
    site.announce(DETAIL_TYPE, job.arn, job.status, trainingEventDetail(job))
  }
  const move = (name: string, secondaryStatus: string, more: Partial<TrainingJob> = {}) =>
    keep(movedTo({ ...known(name), ...more }, secondaryStatus, clock.now()))
  /** Takes the next step unless the job was asked to stop meanwhile. */
  const then = (name: string, ms: number, step: () => Promise<void>) =>
    site.after(ms, `training job ${name}`, async () => {
      if (known(name).status === 'InProgress') await step()
    })
  const fail = (name: string, reason: string) =>
    move(name, 'Failed', { status: 'Failed', failureReason: reason.slice(0, 1024), trainingEnded: clock.now() })

  const start = async (name: string): Promise<void> => {
    const { MaxWaitTimeInSeconds: wait, MaxRuntimeInSeconds: runtime } = known(name).request.StoppingCondition
    const mishap = mishaps.training.shift()
    if (mishap === 'spot-wait-exceeded' && wait !== undefined) {
      return then(name, wait * 1000, async () => move(name, 'MaxWaitTimeExceeded', { status: 'Stopped' }))
    }
    if (mishap === 'runtime-exceeded') {
      move(name, 'Training', { trainingStarted: clock.now() })
      const end = async () => move(name, 'MaxRuntimeExceeded', { status: 'Stopped', trainingEnded: clock.now() })
      return then(name, runtime * 1000, end)
    }
    if (typeof mishap === 'object') return fail(name, mishap.failure)
    return then(name, durations.starting, async () => {
      move(name, 'Downloading')
      then(name, durations.downloading, () => train(name))
    })
  }

  const train = async (name: string): Promise<void> => {
    const { request } = known(name)
    const files = site.files(request.RoleArn)
    const channels = await readChannels(files, request)
    if ('failure' in channels) return fail(name, channels.failure)
    move(name, 'Training', { trainingStarted: clock.now() })
    const trained = await trainer.train({ hyperparameters: request.HyperParameters, ...channels })
    mkdirSync(logs, { recursive: true })
    writeFileSync(path.join(logs, `${name}.log`), trained.log)
    if (known(name).status !== 'InProgress') return undefined
    if ('failure' in trained) return fail(name, trained.failure)
    return upload(name, files, trained)
  }

  const upload = async (
    name: string,
    files: JobFiles,
    { archive, accuracy, seconds }: { archive: Uint8Array; accuracy?: number; seconds: number },
  ): Promise<void> => {
    const output = known(name).request.OutputDataConfig.S3OutputPath.replace(/\/$/, '')
    const artefact = `${output}/${name}/output/model.tar.gz`
    move(name, 'Uploading')
    try {
      await files.write(artefact, archive)
    } catch (error) {
      return fail(name, `ClientError: Failed to upload the model to ${artefact}: ${messageOf(error)}`)
    }
    return then(name, durations.uploading, async () =>
      move(name, 'Completed', {
        status: 'Completed',
        artefact,
        trainingEnded: clock.now(),
        billableSeconds: Math.max(1, Math.ceil(seconds)),
        ...(accuracy === undefined ? {} : { accuracy }),
      }),
    )
  }

  return {
    begin(job) {
      keep(job)
      this.run(job.request.TrainingJobName)
    },
    run(name) {
      const job = known(name)
      if (job.status === 'Stopping') return this.stop(name)
      if (job.status === 'InProgress') site.after(0, `training job ${name}`, () => start(name))
    },
    stop(name) {
      if (known(name).status === 'InProgress') move(name, 'Stopping', { status: 'Stopping' })
      site.after(0, `training job ${name}`, async () =>
        move(name, 'Stopped', { status: 'Stopped', trainingEnded: clock.now() }),
      )
    },
  }
}

async function readChannels(
  files: JobFiles,
  { InputDataConfig: channels }: TrainingJob['request'],
): Promise<{ failure: string } | { text: Buffer; validation?: Buffer }> {
  const named = (name: string) =>
    channels.find(({ ChannelName }) => ChannelName === name)?.DataSource.S3DataSource.S3Uri
  const train = named('train')
  const validation = named('validation')
  if (train === undefined) return { failure: 'ClientError: Unable to initialize the algorithm. No channel named train' }
  try {
    const [text, judged] = await Promise.all([
      files.only(train),
      validation === undefined ? undefined : files.only(validation),
    ])
    return { text, ...(judged ? { validation: judged } : {}) }
  } catch (error) {
    return { failure: `ClientError: Data download failed: ${messageOf(error)}` }
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error)

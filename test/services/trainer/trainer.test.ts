import { beforeEach, describe, expect, it } from '@jest/globals'
import { answerTrainer } from '../../../services/trainer/answer'
import { finish } from '../../../services/trainer/finish'
import { trainerRequest } from '../../../services/trainer/request'
import { resume, start, startSoon } from '../../../services/trainer/start'
import { unpackModel } from '../../../shared/artefact'
import { predict, readModel } from '../../../packages/fasttext/src'
import { keys } from '../../../shared/keys'
import { trainingRecord } from '../../../shared/records'
import { notedJobs } from '../../../shared/state/training-jobs'
import { KILLED, type Writes } from '../../given'
import { COMPLETED, DATASET, nameOf, OTHER, putDataset, world, type World } from './world'

const NOON = '2026-11-22T12:00:00.000Z'
const TOMORROW = '2026-11-23T12:00:00.000Z'

let stage: World
beforeEach(async () => {
  stage = await world()
})

const begin = (at = NOON, { datasetId = DATASET, force = false } = {}, on = stage) =>
  start(on.ports, { datasetId, force }, on.at(at))
const end = (attempt = 1, at = NOON) => finish(stage.ports, nameOf(attempt), stage.at(at))
const other = async () => {
  await putDataset(stage.bucket, OTHER)
  return OTHER
}
const eventNames = () => stage.events.map(({ name }) => name)

describe('starting a training', () => {
  it('requests the job that the dataset and the configuration describe', async () => {
    expect(await begin()).toEqual({ status: 'started', job: nameOf(1) })

    const channel = (name: string, file: string) => ({
      ChannelName: name,
      ContentType: 'text/plain',
      DataSource: {
        S3DataSource: {
          S3DataType: 'S3Prefix',
          S3Uri: `s3://bellwether-test/datasets/${DATASET}/${file}`,
          S3DataDistributionType: 'FullyReplicated',
        },
      },
    })
    expect(stage.jobs.requests).toMatchObject([
      {
        TrainingJobName: nameOf(1),
        AlgorithmSpecification: {
          TrainingImage: '685385470294.dkr.ecr.eu-west-1.amazonaws.com/blazingtext:1',
          TrainingInputMode: 'File',
        },
        HyperParameters: {
          mode: 'supervised',
          epochs: '5',
          learning_rate: '0.5',
          min_count: '1',
          vector_dim: '4',
          buckets: '100',
        },
        InputDataConfig: [channel('train', 'train/posts.train'), channel('validation', 'validation/posts.validation')],
        OutputDataConfig: { S3OutputPath: 's3://bellwether-test/models/' },
        ResourceConfig: { InstanceType: 'ml.c5.xlarge', InstanceCount: 1 },
        EnableManagedSpotTraining: true,
        StoppingCondition: { MaxRuntimeInSeconds: 1800, MaxWaitTimeInSeconds: 3600 },
      },
    ])
    expect(JSON.stringify(stage.jobs.requests)).not.toContain('evaluation')
    expect(stage.jobs.requests[0]!.Tags).toContainEqual({ Key: 'bellwether:dataset', Value: DATASET })
  })

  it.each<[string, boolean, number, object]>([
    ['spot capacity, for at most an hour', true, 7200, { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 3600 }],
    ['on-demand capacity, as long as the cap allows', false, 7200, { MaxRuntimeInSeconds: 7200 }],
  ])('runs on %s', async (_, spot, cap, condition) => {
    stage = await world({ spot }, { trainingSeconds: cap })

    await begin()

    expect(stage.jobs.requests[0]!.StoppingCondition).toEqual(condition)
  })

  it('has no validation channel when the validation set is empty', async () => {
    await putDataset(stage.bucket, DATASET, { rows: { train: 20, validation: 0, evaluation: 0 } })

    await begin()

    expect(stage.jobs.requests[0]!.InputDataConfig!.map(({ ChannelName }) => ChannelName)).toEqual(['train'])
  })

  it('trains nothing on unreliable labels, unless the configuration accepts them', async () => {
    await putDataset(stage.bucket, DATASET, { labelStatus: 'unreliable', labelReasons: ['alpha is 0.14'] })

    expect(await begin()).toMatchObject({
      status: 'skipped',
      reason: expect.stringMatching(/^the labels are unreliable: alpha is 0\.14\. Set labelling\.acceptUnreliable/),
    })
    expect(stage.jobs.requests).toEqual([])
    stage.ports.settings.labelling.acceptUnreliable = true
    await begin()

    expect(stage.jobs.requests).toHaveLength(1)
  })

  it('is idempotent: repeated requests start one job', async () => {
    await begin()

    expect(await begin()).toEqual({ status: 'running', job: nameOf(1) })
    expect(stage.jobs.requests).toHaveLength(1)
    expect(stage.events).toEqual([])
  })

  it('starts one job in total when it crashed after any write and is retried', async () => {
    const startOnce = (writes: Writes, { portsOf, at }: World) =>
      start(portsOf(writes), { datasetId: DATASET, force: false }, at(NOON))
    const clean: Writes = { writes: 0 }
    await startOnce(clean, stage)

    // The claim of the day, the record of the attempt, and SageMaker's job.
    expect(clean.writes).toBe(3)
    for (let write = 1; write <= clean.writes; write++) {
      const other = await world()
      const killed = startOnce({ writes: 0, killAt: { write, how: 'after' } }, other)
      await expect(killed).rejects.toThrow(KILLED)

      const again = await begin(NOON, {}, other)

      expect(again).toEqual({ status: write < clean.writes ? 'started' : 'running', job: nameOf(1) })
      expect(other.jobs.requests).toEqual(stage.jobs.requests)
      expect(await notedJobs(other.table)).toEqual(await notedJobs(stage.table))
      expect(other.events).toEqual([])
    }
  })

  it('adopts a job with its name that is not recorded', async () => {
    stage.jobs.answers.push({ outcome: 'taken' })

    expect(await begin()).toEqual({ status: 'started', job: nameOf(1) })
  })

  it('trains once a day, unless a request forces it', async () => {
    await putDataset(stage.bucket, OTHER)
    await begin()

    const second = await begin(NOON, { datasetId: OTHER })
    const asked = await begin(NOON, { datasetId: OTHER, force: true })
    const tomorrow = await begin(TOMORROW, { datasetId: OTHER })

    expect(second).toMatchObject({ status: 'skipped', reason: expect.stringContaining(DATASET) })
    expect(asked).toEqual({ status: 'started', job: nameOf(1, OTHER) })
    expect(tomorrow).toEqual({ status: 'running', job: nameOf(1, OTHER) })
    expect(stage.events).toMatchObject([{ name: 'RetrainSkipped', detail: { date: '2026-11-22', datasetId: OTHER } }])
  })

  it.each<[string, Parameters<typeof putDataset>[2], RegExp]>([
    ['too few examples', { rows: { train: 9, validation: 3, evaluation: 3 } }, /9 examples.*10/],
    [
      'a single label',
      {
        classes: {
          technical: { train: 20, validation: 0, evaluation: 0 },
          marketing: { train: 0, validation: 2, evaluation: 2 },
        },
      },
      /one label only: technical/,
    ],
  ])('says why it does not train on %s', async (_, change, reason) => {
    await putDataset(stage.bucket, DATASET, change)

    expect(await begin()).toMatchObject({ status: 'skipped', reason: expect.stringMatching(reason) })
    expect(stage.events).toMatchObject([{ name: 'RetrainSkipped' }])
    expect(stage.jobs.requests).toEqual([])
  })

  it('refuses to train twice on a dataset, except on the day of that training', async () => {
    await begin()
    stage.jobs.set(nameOf(1), COMPLETED)

    expect(await begin()).toEqual({ status: 'trained', job: nameOf(1) })
    expect(stage.events).toEqual([])
    expect(await begin(TOMORROW)).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('no labels came'),
    })
    expect(eventNames()).toEqual(['RetrainSkipped'])
  })

  it('trains again on a dataset when the request forces it', async () => {
    await begin()
    stage.jobs.set(nameOf(1), COMPLETED)

    expect(await begin(NOON, { force: true })).toEqual({ status: 'started', job: nameOf(2) })
  })

  it('retries a failed dataset up to three times', async () => {
    for (const attempt of [1, 2, 3]) {
      expect(await begin()).toEqual({ status: 'started', job: nameOf(attempt) })
      stage.jobs.set(nameOf(attempt), { TrainingJobStatus: 'Failed', FailureReason: 'InternalServerError' })
    }

    expect(await begin()).toMatchObject({ status: 'skipped', reason: expect.stringContaining('InternalServerError') })
  })

  it('trains on the largest of the datasets that arrive together, in any order', async () => {
    const made = (count: number, second: string) => ({
      madeAt: `2026-11-22T11:59:${second}Z`,
      manifests: Array.from({ length: count }, (_, i) => keys.settledManifest({ batch: `b${i}` })),
    })
    await putDataset(stage.bucket, OTHER, made(5, '42.136'))
    await putDataset(stage.bucket, DATASET, made(4, '42.140'))
    const soon = [DATASET, OTHER].map((one) => startSoon(stage.ports, one, stage.at(NOON)))
    expect(await Promise.all(soon)).toMatchObject([{ status: 'put-off' }, { status: 'put-off' }])

    const later = stage.queue.splice(0)
    expect(later).toMatchObject([{ delaySeconds: 30 }, { delaySeconds: 30 }])
    for (const { request } of later) await answerTrainer(stage.ports, trainerRequest.parse(request), stage.at(NOON))

    expect(stage.jobs.requests.map(({ TrainingJobName }) => TrainingJobName)).toEqual([nameOf(1, OTHER)])
    expect(await startSoon(stage.ports, DATASET, stage.at(NOON))).toMatchObject({ status: 'skipped' })
  })

  it('finds the latest dataset by its record, in a copied bucket and after deletions, too', async () => {
    await putDataset(stage.bucket, OTHER, { madeAt: '2026-11-22T11:00:00Z', manifests: [] })
    await putDataset(stage.bucket, DATASET, {
      madeAt: '2026-11-21T11:00:00Z',
      manifests: [keys.settledManifest({ batch: 'deleted' })],
    })

    expect(await begin(NOON, { datasetId: 'latest' })).toMatchObject({ job: nameOf(1, OTHER) })
  })

  it('finds the latest dataset of an older release', async () => {
    await putDataset(stage.bucket, OTHER)

    expect(await begin(NOON, { datasetId: 'latest' })).toMatchObject({ job: nameOf(1, OTHER) })
  })

  it.each<[string, Parameters<typeof world>[0], RegExp, RegExp]>([
    ['an unknown hyperparameter', { hyperparameters: { momentum: 1 } }, /momentum/, /bellwether.yml/],
    ['an invalid hyperparameter', { hyperparameters: { epochs: 0 } }, /epochs/, /bellwether.yml/],
  ])('fails with a named error for %s', async (_, training, reason, remedy) => {
    stage = await world(training)

    expect(await begin()).toMatchObject({ status: 'failed' })
    expect(stage.events).toMatchObject([
      {
        name: 'TrainingFailed',
        detail: {
          engine: 'fasttext',
          reason: expect.stringMatching(reason),
          remedy: expect.stringMatching(remedy),
        },
      },
    ])
    expect(stage.jobs.requests).toEqual([])
  })

  it('fails where BlazingText is not available', async () => {
    stage = await world({}, { region: 'mx-central-1' })

    expect(await begin()).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('mx-central-1'),
    })
  })
})

describe('training without a quota', () => {
  const limited = { outcome: 'limited' as const, message: 'ResourceLimitExceeded: usage is 0' }
  const work = () => {
    const { request } = stage.queue.shift()!
    return (at: string) =>
      answerTrainer(stage.ports, trainerRequest.parse(JSON.parse(JSON.stringify(request))), stage.at(at))
  }

  it('waits on the queue, a quarter of an hour at a time', async () => {
    stage.jobs.answers.push(limited, limited)

    expect(await begin()).toEqual({ status: 'parked', job: nameOf(1) })
    expect(stage.queue).toMatchObject([{ delaySeconds: 900 }])
    expect(await work()('2026-11-22T12:15:00Z')).toEqual({ status: 'parked', job: nameOf(1) })
    expect(await work()('2026-11-22T12:30:00Z')).toEqual({ status: 'started', job: nameOf(1) })
    expect(stage.events).toEqual([])
  })

  it('waits only once for a duplicate event', async () => {
    stage.jobs.answers.push(limited)
    await begin()

    expect(await begin()).toEqual({ status: 'parked', job: nameOf(1) })
    expect(stage.queue).toHaveLength(1)
  })

  it('gives up after a day, with the remedy', async () => {
    stage.jobs.answers.push(limited, limited)
    await begin()

    expect(await work()(TOMORROW)).toMatchObject({ status: 'failed' })
    expect(stage.events).toMatchObject([
      {
        name: 'TrainingFailed',
        detail: { engine: 'fasttext', reason: limited.message, remedy: expect.stringContaining('Service Quotas') },
      },
    ])
  })
})

describe('a parked request whose queue message was lost', () => {
  const limited = { outcome: 'limited' as const, message: 'ResourceLimitExceeded: usage is 0' }
  const note = () => notedJobs(stage.table).then(([noted]) => noted!)

  it('keeps the time of its first attempt through every retry', async () => {
    stage.jobs.answers.push(limited, limited)
    await begin()
    const { request } = stage.queue.shift()!
    await answerTrainer(stage.ports, trainerRequest.parse(request), stage.at('2026-11-22T12:15:00Z'))

    expect(await note()).toMatchObject({
      since: '2026-11-22T12:00:00.000Z',
      startedAt: '2026-11-22T12:15:00.000Z',
    })
  })

  it('is not queued twice by a request on the next day', async () => {
    stage.jobs.answers.push(limited, limited)
    await begin()

    expect(await begin(TOMORROW)).toEqual({ status: 'parked', job: nameOf(1) })
    expect(stage.queue).toHaveLength(1)
  })
})

describe('finishing a training', () => {
  it('records the job and publishes the model, the same each time', async () => {
    await begin()
    stage.jobs.set(nameOf(1), COMPLETED)

    await end()
    const record = stage.bucket.texts()[keys.training({ job: nameOf(1) })]!
    await end(1, TOMORROW)

    expect(trainingRecord.parse(JSON.parse(record))).toEqual({
      job: nameOf(1),
      datasetId: DATASET,
      recordedAt: '2026-11-22T12:00:00.000Z',
      textVersion: '2',
      trainer: 'blazingtext',
      hyperparameters: expect.objectContaining({ mode: 'supervised', epochs: '5' }),
      artefact: 's3://bellwether-test/models/x/output/model.tar.gz',
      trainSeconds: 62,
      billableSeconds: 21,
      spot: true,
      instanceType: 'ml.c5.xlarge',
      costUsd: 0.00119,
      validationAccuracy: 0.875,
      engine: 'fasttext',
      seed: null,
      prior: { marketing: 0.25, technical: 0.75 },
      tuning: null,
    })
    expect(stage.bucket.texts()[keys.training({ job: nameOf(1) })]).toBe(record)
    expect(eventNames()).toEqual(['ModelTrained', 'ModelTrained'])
    expect(stage.events[0]).toEqual(stage.events[1])
  })

  it('publishes the model when an earlier attempt crashed after the write', async () => {
    await begin()
    stage.jobs.set(nameOf(1), COMPLETED)
    stage.bucket.afterWrite = () => {
      throw new Error('the function died')
    }
    await expect(end()).rejects.toThrow('the function died')
    stage.bucket.afterWrite = () => undefined

    await end()

    expect(eventNames()).toEqual(['ModelTrained'])
  })

  it.each(['InProgress', 'Stopping'] as const)('leaves a job alone that is %s', async (status) => {
    await begin()
    stage.jobs.set(nameOf(1), { TrainingJobStatus: status })

    expect(await end()).toEqual({ status: 'running', job: nameOf(1) })
    expect(stage.events).toEqual([])
  })

  it.each<[string, Parameters<World['jobs']['set']>[1], RegExp, RegExp]>([
    [
      'failed',
      { TrainingJobStatus: 'Failed', FailureReason: 'ClientError: hyperparameter x' },
      /ClientError/,
      /hyperparameters/,
    ],
    [
      'exceeded its run time',
      { TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxRuntimeExceeded' },
      /MaxRuntimeExceeded/,
      /caps.trainingSeconds/,
    ],
    ['was stopped by hand', { TrainingJobStatus: 'Stopped', SecondaryStatus: 'Stopped' }, /stopped/, /force/],
  ])('gives a remedy when a job %s', async (_, job, reason, remedy) => {
    await begin()
    stage.jobs.set(nameOf(1), job)

    await end()
    await end()

    expect(stage.events).toHaveLength(2)
    expect(stage.events[0]).toEqual(stage.events[1])
    expect(stage.events[0]).toMatchObject({
      name: 'TrainingFailed',
      detail: { reason: expect.stringMatching(reason), remedy: expect.stringMatching(remedy) },
    })
  })

  it('names the engine that failed, though the configuration names another by now', async () => {
    await begin()
    stage.jobs.set(nameOf(1), { TrainingJobStatus: 'Failed', FailureReason: 'InternalServerError' })
    const { settings } = stage.ports
    const training = { ...settings.training, engine: 'linear' }

    await finish({ ...stage.ports, settings: { ...settings, training } }, nameOf(1), stage.at(NOON))

    expect(stage.events).toMatchObject([{ name: 'TrainingFailed', detail: { engine: 'fasttext' } }])
  })

  it('retries on demand, once, when no spot capacity came', async () => {
    await begin()
    stage.jobs.set(nameOf(1), { TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxWaitTimeExceeded' })

    const first = await end()
    const second = await end()

    expect(first).toEqual({ status: 'started', job: nameOf(2) })
    expect(second).toEqual({ status: 'started', job: nameOf(2) })
    expect(stage.jobs.requests.map(({ EnableManagedSpotTraining }) => EnableManagedSpotTraining)).toEqual([
      true,
      false,
      false,
    ])
    expect(await begin()).toEqual({ status: 'running', job: nameOf(2) })
    expect(stage.events).toEqual([])
  })

  /** An invocation that crashes before it requests its job. */
  const dying = async (work: () => Promise<unknown>) => {
    const { create } = stage.jobs
    stage.jobs.create = () => Promise.reject(new Error('the function died'))
    await expect(work()).rejects.toThrow('the function died')
    stage.jobs.create = create
  }

  it('starts a recorded job that was never requested, even when the next day has its own', async () => {
    await dying(begin)
    await begin(TOMORROW, { datasetId: await other() })

    expect(await end(1, TOMORROW)).toEqual({ status: 'started', job: nameOf(1) })
    expect(stage.events).toEqual([])
  })

  it('starts a forced job that was recorded and never requested', async () => {
    await begin()
    stage.jobs.set(nameOf(1), COMPLETED)
    await end()
    await dying(() => begin(NOON, { force: true }))

    expect(await end(2)).toEqual({ status: 'started', job: nameOf(2) })
    expect(eventNames()).toEqual(['ModelTrained'])
  })

  it('starts a recorded on-demand job on demand', async () => {
    await begin()
    stage.jobs.set(nameOf(1), { TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxWaitTimeExceeded' })
    await dying(end)

    await end(2)

    expect(stage.jobs.requests.at(-1)).toMatchObject({ TrainingJobName: nameOf(2), EnableManagedSpotTraining: false })
  })

  it('starts nothing unrecorded, and nothing that SageMaker refused', async () => {
    expect(await end()).toEqual({ status: 'ignored' })
    stage.jobs.answers.push({ outcome: 'refused', message: 'ValidationException: no such instance type' })
    await begin()

    expect(await end()).toEqual({ status: 'ignored' })
    expect(stage.jobs.requests).toHaveLength(1)
  })

  it('ignores jobs of other stages', async () => {
    expect(await finish(stage.ports, 'bellwether-prod-3f9c2a7d0b1e4c55-1', stage.at(NOON))).toEqual({
      status: 'ignored',
    })
  })

  it('tells the reconciler which jobs still run', async () => {
    const states = async () => {
      const found: unknown[] = []
      const { table } = stage.ports as unknown as { table: { query(pk: string): AsyncIterable<{ state: string }> } }
      for await (const { state } of table.query('training#job')) found.push(state)
      return found
    }
    await begin()
    const before = await states()
    stage.jobs.set(nameOf(1), COMPLETED)
    await end()

    expect(before).toEqual(['running'])
    expect(await states()).toEqual(['ended'])
  })
})

describe('training in the function', () => {
  beforeEach(async () => {
    stage = await world({ trainer: 'lambda' })
  })

  it('leaves the same artefact, record and event as SageMaker', async () => {
    expect(await begin()).toEqual({ status: 'trained', job: nameOf(1) })

    const record = await stage.bucket.readJson(keys.training({ job: nameOf(1) }), trainingRecord)
    const { body } = (await stage.bucket.read(keys.artefact({ job: nameOf(1) })))!
    const model = readModel(Buffer.from((await unpackModel(body, 'model')).get('model.bin')!))
    expect(predict(model, 'cold start', 1)[0]!.label).toMatch(/technical$/)
    expect(record).toMatchObject({
      trainer: 'lambda',
      artefact: `s3://bellwether-test/models/${nameOf(1)}/output/model.tar.gz`,
      validationAccuracy: 1,
      spot: false,
    })
    expect(stage.events).toMatchObject([{ name: 'ModelTrained', detail: { job: nameOf(1), datasetId: DATASET } }])
    expect(stage.jobs.requests).toEqual([])
  })

  it('makes no call to SageMaker for any request', async () => {
    const refuse = () => Promise.reject(new Error('SageMaker was called'))
    Object.assign(stage.jobs, { create: refuse, describe: refuse })

    await begin()
    await end()
    await begin(NOON, { force: true })
    await begin(TOMORROW, { datasetId: await other() })
    await end(9)

    expect(new Set(eventNames())).toEqual(new Set(['ModelTrained']))
  })

  it('leaves a running SageMaker job to SageMaker after the configuration has changed', async () => {
    stage = await world()
    await begin()
    stage.ports.settings.training.trainer = 'lambda'

    expect(await begin()).toEqual({ status: 'running', job: nameOf(1) })
    stage.jobs.set(nameOf(1), COMPLETED)
    await end()

    expect(await stage.bucket.readJson(keys.training({ job: nameOf(1) }), trainingRecord)).toMatchObject({
      trainer: 'blazingtext',
      trainSeconds: 62,
    })
  })

  it('leaves the same result after a crash at any write', async () => {
    await begin()
    const { body } = (await stage.bucket.read(keys.artefact({ job: nameOf(1) })))!

    for (const crash of [1, 2]) {
      stage = await world({ trainer: 'lambda' })
      const before = stage.bucket.written.length
      stage.bucket.afterWrite = () => {
        if (stage.bucket.written.length - before === crash) throw new Error('the function died')
      }
      await expect(begin()).rejects.toThrow('the function died')
      stage.bucket.afterWrite = () => undefined

      await begin()

      expect((await stage.bucket.read(keys.artefact({ job: nameOf(1) })))!.body.equals(body)).toBe(true)
      expect(stage.bucket.written.filter((key) => key.startsWith('models/'))).toHaveLength(2)
      expect(eventNames()).toEqual(['ModelTrained'])
    }
  })

  it.each([false, true])(
    'publishes what it had not published before a crash, and trains once (force: %s)',
    async (force) => {
      const { publish } = stage.ports
      stage.ports.publish = () => Promise.reject(new Error('the function died'))
      await expect(begin(NOON, { force })).rejects.toThrow('the function died')
      stage.ports.publish = publish

      expect(await begin(NOON, { force })).toEqual({ status: 'trained', job: nameOf(1) })
      expect(stage.events).toMatchObject([{ name: 'ModelTrained', detail: { job: nameOf(1) } }])
      expect(await begin(NOON, { force: true })).toEqual({ status: 'trained', job: nameOf(2) })
    },
  )

  it("is completed by the reconciler's request, wherever it crashed and whoever requested it", async () => {
    await begin()
    const { publish } = stage.ports
    stage.ports.publish = () => Promise.reject(new Error('the function died'))
    await expect(begin(NOON, { force: true })).rejects.toThrow('the function died')
    stage.ports.publish = publish
    const { create } = stage.bucket
    stage.bucket.create = () => Promise.reject(new Error('the function died'))
    await expect(begin(NOON, { force: true, datasetId: await other() })).rejects.toThrow('the function died')
    stage.bucket.create = create

    for (const job of [nameOf(2), nameOf(1, OTHER)]) await finish(stage.ports, job, stage.at(NOON))

    expect(stage.events.map(({ detail }) => detail.job)).toEqual([nameOf(1), nameOf(2), nameOf(1, OTHER)])
  })

  it('refuses a dataset that is too large for the function', async () => {
    await putDataset(stage.bucket, DATASET, { rows: { train: 2_000_000, validation: 20, evaluation: 20 } })

    expect(await begin()).toMatchObject({ status: 'failed', reason: expect.stringContaining('2000000') })
  })
})

describe('naive Bayes', () => {
  it.each<[string, Parameters<typeof world>[0], string, string]>([
    ['below training.fewLabels, whatever engine is configured', { fewLabels: 21 }, 'naive-bayes', 'lambda'],
    ['when training.engine names it', { engine: 'naive-bayes', hyperparameters: {} }, 'naive-bayes', 'lambda'],
    ['but not from training.fewLabels on', { fewLabels: 20, trainer: 'lambda' }, 'fasttext', 'lambda'],
  ])('is trained in the function: %s', async (_, training, engine, trainer) => {
    stage = await world(training)

    expect(await begin()).toEqual({ status: 'trained', job: nameOf(1) })

    const record = await stage.bucket.readJson(keys.training({ job: nameOf(1) }), trainingRecord)
    const files = await unpackModel((await stage.bucket.read(keys.artefact({ job: nameOf(1) })))!.body, 'model')
    expect(record).toMatchObject({
      engine,
      trainer,
      validationAccuracy: 1,
      prior: { marketing: 0.25, technical: 0.75 },
    })
    expect(JSON.parse(String(Buffer.from(files.get('model.json')!)))).toEqual({
      format: 1,
      engine,
      textVersion: '2',
      prior: { marketing: 0.25, technical: 0.75 },
    })
    expect(stage.jobs.requests).toEqual([])
  })

  it('has its own hyperparameters: an unknown one fails, with its name', async () => {
    stage = await world({ engine: 'naive-bayes', hyperparameters: { smoothing: 0 } })

    expect(await begin()).toMatchObject({ status: 'failed', reason: expect.stringContaining('smoothing') })
  })
})

it('refuses to train in the function on a dataset that has tokens only, and says what to do', async () => {
  stage = await world({ trainer: 'lambda' })
  await putDataset(stage.bucket, DATASET, { examples: undefined })

  expect(await begin()).toMatchObject({ status: 'failed', reason: expect.stringContaining('keeps no texts') })
  expect(stage.events).toMatchObject([{ detail: { remedy: expect.stringContaining('sls invoke -f formatter') } }])
})

describe('a request to the trainer', () => {
  it.each([
    ['no field', {}, 'needs either datasetId or finish'],
    ['a malformed dataset id', { datasetId: 'x' }, 'the id of a dataset, or "latest"'],
    ['an unknown field', { datasetId: 'latest', attempts: 3 }, 'attempts'],
    ['both kinds of field', { datasetId: 'latest', finish: nameOf(1) }, 'needs either datasetId or finish'],
  ])('is refused with a named error when it has %s', (_, request, message) => {
    expect(JSON.stringify(trainerRequest.safeParse(request).error?.issues)).toContain(
      JSON.stringify(message).slice(1, -1),
    )
  })
})

describe('a contest of engines', () => {
  const LINEAR = `bellwether-test-${DATASET}-linear-1`
  beforeEach(async () => {
    stage = await world({ engines: ['blazingtext', 'linear'] })
  })

  it('trains each: BlazingText at SageMaker, linear in the function', async () => {
    expect(await begin()).toEqual({
      status: 'started',
      job: nameOf(1),
      others: { linear: { status: 'trained', job: LINEAR } },
    })
    expect(stage.jobs.requests.map(({ TrainingJobName }) => TrainingJobName)).toEqual([nameOf(1)])
    expect(stage.events).toMatchObject([{ name: 'ModelTrained', detail: { job: LINEAR, engine: 'linear' } }])
    expect(await stage.bucket.readJson(keys.training({ job: LINEAR }), trainingRecord)).toMatchObject({
      engine: 'linear',
      trainer: 'lambda',
      hyperparameters: { strength: 'auto', correction: 'auto' },
    })
  })

  it('trains each once, however often it is requested', async () => {
    await begin()
    stage.jobs.set(nameOf(1), COMPLETED)
    await finish(stage.ports, nameOf(1), stage.at(NOON))

    expect(await begin()).toEqual({
      status: 'trained',
      job: nameOf(1),
      others: { linear: { status: 'trained', job: LINEAR } },
    })
    expect(stage.jobs.requests).toHaveLength(1)
  })

  it('has a model the same day when SageMaker has no quota', async () => {
    stage.jobs.answers.push({ outcome: 'limited', message: 'ResourceLimitExceeded' })

    expect(await begin()).toMatchObject({ status: 'parked', others: { linear: { status: 'trained', job: LINEAR } } })
    expect(stage.events).toMatchObject([{ name: 'ModelTrained', detail: { job: LINEAR } }])
  })

  it('continues when SageMaker throws, and fails the invocation for a retry afterwards', async () => {
    const { create } = stage.jobs
    stage.jobs.create = async () => {
      throw new Error('throttled')
    }
    await expect(begin()).rejects.toThrow('throttled')
    expect(stage.events).toMatchObject([{ name: 'ModelTrained', detail: { job: LINEAR } }])

    stage.jobs.create = create
    expect(await begin()).toMatchObject({
      status: 'started',
      job: nameOf(1),
      others: { linear: { status: 'trained' } },
    })
  })

  it('continues when an engine refuses the dataset, and publishes an event about it', async () => {
    await putDataset(stage.bucket, DATASET, { rows: { train: 30_000, validation: 0, evaluation: 20 } })

    expect(await begin()).toMatchObject({ status: 'started', others: { linear: { status: 'failed', job: LINEAR } } })
    expect(stage.events).toMatchObject([
      {
        name: 'TrainingFailed',
        detail: { job: LINEAR, engine: 'linear', reason: expect.stringContaining('at most 20000') },
      },
    ])
    expect(await notedJobs(stage.table)).toContainEqual(
      expect.objectContaining({ job: LINEAR, datasetId: DATASET, engine: 'linear', state: 'ended' }),
    )
  })

  it('resumes the parked attempt of the engine that waited', async () => {
    await resume(
      stage.ports,
      DATASET,
      { attempt: 1, spot: false, since: '2026-11-22T00:00:00.000Z', entrant: 'linear' },
      stage.at(NOON),
    )

    expect(stage.events).toMatchObject([{ name: 'ModelTrained', detail: { job: LINEAR } }])
  })

  it('replaces only fastText by naive Bayes below training.fewLabels', async () => {
    stage = await world({ engines: ['blazingtext', 'linear'], fewLabels: 100 })

    await begin()

    expect(stage.events).toMatchObject([
      { name: 'ModelTrained', detail: { job: nameOf(1), engine: 'naive-bayes' } },
      { name: 'ModelTrained', detail: { job: LINEAR, engine: 'linear' } },
    ])
  })

  it('trains the stand-in once when it takes part itself', async () => {
    stage = await world({ engines: ['blazingtext', 'naive-bayes'], fewLabels: 100 })

    expect(await begin()).toEqual({ status: 'trained', job: `bellwether-test-${DATASET}-naive-bayes-1` })
  })
})

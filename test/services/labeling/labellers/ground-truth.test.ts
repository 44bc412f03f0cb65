import { describe, expect, it } from '@jest/globals'
import {
  CreateLabelingJobCommand,
  DescribeLabelingJobCommand,
  SageMakerClient,
  StopLabelingJobCommand,
} from '@aws-sdk/client-sagemaker'
import { mockClient } from 'aws-sdk-client-mock'
import { objectsOf } from '../../../../services/labeling/allot'
import { groundTruthLabeller } from '../../../../services/labeling/labellers/ground-truth/ground-truth'
import {
  objectIndex,
  readOutputLine,
  readResponses,
} from '../../../../services/labeling/labellers/ground-truth/ground-truth-answers'
import {
  checkGroundTruth,
  labelingJobRequest,
} from '../../../../services/labeling/labellers/ground-truth/ground-truth-request'
import { batchOfJob } from '../../../../services/labeling/labellers/ground-truth/job-ended'
import { termsOf } from '../../../../shared/labellers'
import { LAMBDA_ACCOUNTS } from '../../../../shared/labellers/ground-truth'
import { storedPlan } from '../../../../services/labeling/plan'
import { keys } from '../../../../shared/keys'
import { qualityRecord, type SettledLine } from '../../../../shared/records'
import type { Settings } from '../../../../shared/settings'
import { cascadeClaims } from '../../../../shared/state/cascade-claims'
import { batchesToCarry } from '../../../../shared/state/open-batches'
import { functionOf, linesOf, newWorld, postsOf, settingsWith, storeRun, type World } from '../world'

const BATCH = '2026-06-02'
const JOB = `bellwether-test-${BATCH}`
const TEAM = 'arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/annotators'
const place = {
  region: 'eu-west-1',
  stage: 'test',
  bucket: 'bellwether-test',
  roleArn: 'arn:aws:iam::111122223333:role/labeling',
}
const groundTruth: NonNullable<Settings['labelling']['groundTruth']> = {
  workteamArn: TEAM,
  feePerItemUsd: 0.08,
  feeTiers: [],
  taskTimeLimitSeconds: 300,
}

function newJobWorld(settings = groundTruth) {
  const client = new SageMakerClient({ region: 'eu-west-1' })
  const sagemaker = mockClient(client)
  sagemaker.on(CreateLabelingJobCommand).resolves({ LabelingJobArn: 'arn' })
  const world = newWorld({ settings: settingsWith({ labeller: 'ground-truth', groundTruth: settings }) })
  world.groundTruth = groundTruthLabeller(client, world.bucket, place, settings)
  return { world, sagemaker }
}

async function start(world: World) {
  for (const hashtag of ['aws', 'azure']) {
    const run = await storeRun(world, hashtag, BATCH, postsOf(hashtag, 12))
    await functionOf(world).onRun(run)
  }
  const plan = storedPlan.parse(JSON.parse(world.bucket.texts()[keys.plan({ batch: BATCH })] ?? ''))
  return { plan, lines: linesOf<{ item: string; source: string }>(world, keys.inputManifest({ batch: BATCH })) }
}

const metadata = (more: object = {}) => ({
  confidence: 0.62,
  'job-name': `labeling-job/${JOB}`,
  'class-name': 'marketing',
  'human-annotated': 'yes',
  'creation-date': '2026-06-03T18:53:17.309395',
  type: 'groundtruth/text-classification',
  ...more,
})

describe('a Ground Truth labelling job', () => {
  it('is requested with every field, and asks as many workers per item as evaluation needs', async () => {
    const { world, sagemaker } = newJobWorld()

    await start(world)

    const [call] = sagemaker.commandCalls(CreateLabelingJobCommand)
    const folder = 's3://bellwether-test/labeling/2026-06-02'
    expect(call?.args[0].input).toEqual({
      LabelingJobName: JOB,
      LabelAttributeName: 'label',
      InputConfig: { DataSource: { S3DataSource: { ManifestS3Uri: `${folder}/input.manifest` } } },
      OutputConfig: { S3OutputPath: `${folder}/jobs/` },
      RoleArn: place.roleArn,
      LabelCategoryConfigS3Uri: `${folder}/categories.json`,
      StoppingConditions: { MaxHumanLabeledObjectCount: 8 },
      HumanTaskConfig: {
        WorkteamArn: TEAM,
        UiConfig: { UiTemplateS3Uri: `${folder}/instructions.liquid` },
        PreHumanTaskLambdaArn: 'arn:aws:lambda:eu-west-1:568282634449:function:PRE-TextMultiClass',
        TaskKeywords: ['text', 'classification', 'posts'],
        TaskTitle: 'Classify short posts',
        TaskDescription: 'Read the post and pick the category that fits best.',
        NumberOfHumanWorkersPerDataObject: 2,
        TaskTimeLimitInSeconds: 300,
        TaskAvailabilityLifetimeInSeconds: 72_000,
        MaxConcurrentTaskCount: 1000,
        AnnotationConsolidationConfig: {
          AnnotationConsolidationLambdaArn: 'arn:aws:lambda:eu-west-1:568282634449:function:ACS-TextMultiClass',
        },
      },
      Tags: [
        { Key: 'application', Value: 'bellwether' },
        { Key: 'stage', Value: 'test' },
        { Key: 'batch', Value: BATCH },
      ],
    })
  })

  it('gets its input files in the form that Ground Truth reads', async () => {
    const { world } = newJobWorld()

    const { lines } = await start(world)

    const texts = world.bucket.texts()
    expect(texts[keys.categories({ batch: BATCH })]).toBe(
      '{"document-version":"2018-11-28","labels":[{"label":"technical"},{"label":"marketing"}]}',
    )
    expect(texts[keys.instructions({ batch: BATCH })]).toContain('{{ task.input.taskObject | escape }}')
    for (const line of lines) expect(Object.keys(line)).toEqual(['source', 'item', 'post-id'])
  })

  it('is booked with the fee of each item, and a second fee for items that may be disputed', async () => {
    const { world } = newJobWorld()

    const { plan } = await start(world)

    expect(plan).toMatchObject({ judgements: 16, costUsd: 16 * 0.08 + 24 * 0.01 })
  })

  it('counts as started when an earlier attempt created it', async () => {
    const { world, sagemaker } = newJobWorld()
    sagemaker.on(CreateLabelingJobCommand).rejects(Object.assign(new Error('taken'), { name: 'ResourceInUse' }))

    await start(world)

    expect(world.told.map(({ event }) => event)).toEqual(['LabelingStarted'])
  })

  it('says what to use instead when AWS refuses it, and does not block the next batch', async () => {
    const { world, sagemaker } = newJobWorld()
    const refusal = Object.assign(new Error('not for new customers'), { name: 'ValidationException' })
    sagemaker.on(CreateLabelingJobCommand).rejects(refusal)
    await expect(start(world)).rejects.toThrow(/^LABELLER_REFUSED: .*not for new customers.*labelling.labeller: desk/)

    world.settings = settingsWith()
    const next = '2026-06-03'
    for (const hashtag of ['aws', 'azure']) {
      await functionOf(world).onRun(await storeRun(world, hashtag, next, postsOf(hashtag, 12, next)))
    }

    expect(world.told).toMatchObject([{ event: 'LabelingStarted', detail: { batch: next, labeller: 'desk' } }])
  })

  it.each([
    [
      'the public workforce',
      { region: 'us-east-1' },
      { workteamArn: 'arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default' },
      /public crowd/,
    ],
    ['a region without the service', { region: 'eu-north-1' }, {}, /does not classify text in eu-north-1/],
    ['a work team of another region', { region: 'eu-central-1' }, {}, /is not in eu-central-1/],
    [
      'a malformed work team ARN',
      {},
      { workteamArn: 'arn:aws:sagemaker:eu-west-1:111122223333:endpoint/x' },
      /not the ARN of a private or vendor/,
    ],
    ['a stage that no job name can contain', { stage: 'my_stage' }, {}, /cannot be named/],
    ['a stage that is too long', { stage: 'x'.repeat(50) }, {}, /cannot be named/],
  ])('is never requested with %s', (_, where, settings, message) => {
    const check = () => checkGroundTruth({ ...place, ...where }, { ...groundTruth, ...settings })

    expect(check).toThrow(message)
    expect(check).toThrow(/labelling.labeller: desk/)
  })

  it("accepts a vendor's work team", () => {
    const workteamArn = 'arn:aws:sagemaker:eu-west-1:222233334444:workteam/vendor-crowd/abc'

    expect(checkGroundTruth(place, { ...groundTruth, workteamArn })).toMatchObject({ workteamArn })
  })

  it.each(Object.keys(LAMBDA_ACCOUNTS))('names the functions of %s with a twelve-digit account', async (region) => {
    const { plan } = await start(newJobWorld().world)
    const { HumanTaskConfig } = labelingJobRequest(plan, 8, { ...place, region }, groundTruth)

    expect(HumanTaskConfig?.PreHumanTaskLambdaArn).toMatch(
      new RegExp(`^arn:aws:lambda:${region}:\\d{12}:function:PRE-TextMultiClass$`),
    )
  })
})

describe('a line of the output manifest', () => {
  const items = new Set(['a'])
  const categories = ['technical', 'marketing']
  const read = (line: object | string) =>
    readOutputLine(typeof line === 'string' ? line : JSON.stringify(line), items, categories)
  const line = (more: object = {}) => ({
    source: 'text',
    item: 'a',
    'post-id': '1',
    label: 1,
    'label-metadata': metadata(),
    ...more,
  })

  it.each<[string, object]>([
    ['a number', line()],
    ['a string', line({ label: '1' })],
  ])('gives its class index as %s', (_, given) => {
    expect(read(given)).toEqual({ item: 'a', label: 'marketing', confidence: 0.62, at: '2026-06-03T18:53:17.309395' })
  })

  it('is read in the form that AWS documents', () => {
    const published =
      '{"source":"Don\\u0027t miss it","item":"a","label":1,"label-metadata":{"confidence":0.62,"job-name":"labeling-job/hashtag-positivity","class-name":"marketing","human-annotated":"yes","creation-date":"2019-01-08T18:53:17.309395","type":"groundtruth/text-classification"}}'

    expect(read(published)).toMatchObject({ item: 'a', label: 'marketing' })
  })

  it.each<[string, object | string, string]>([
    ['is cut off', '{"source":"te', 'not-json'],
    ['is not an object', '[1]', 'invalid'],
    ['is about an item that was not asked', line({ item: 'b' }), 'not-asked'],
    ['has no item', line({ item: undefined }), 'not-asked'],
    ['has no text', line({ source: undefined }), 'source-missing'],
    ['is not labelled yet', line({ label: undefined, 'label-metadata': undefined }), 'unlabeled'],
    [
      'failed',
      line({
        label: undefined,
        'label-metadata': { 'retry-count': 1, 'failure-reason': 'ClientError', 'human-annotated': 'true' },
      }),
      'failed',
    ],
    [
      'failed, though it has a label',
      line({ 'label-metadata': metadata({ 'failure-reason': 'ClientError' }) }),
      'failed',
    ],
    ['has an unknown class', line({ 'label-metadata': metadata({ 'class-name': 'Marketing' }) }), 'unknown-class'],
    ['names another class than its index does', line({ label: 0 }), 'class-mismatch'],
    ['has a non-numeric index', line({ label: 'one' }), 'invalid'],
  ])('is refused when it %s', (_, given, reason) => {
    expect(read(given)).toMatchObject({ reason })
  })
})

describe('the responses of workers', () => {
  const response = (workerId: string, label: string, submissionTime = '2026-06-03T10:00:00Z') =>
    JSON.stringify({
      answers: [{ workerId, submissionTime, answerContent: { 'crowd-classifier': { label } }, timeSpentInSeconds: 4 }],
    })

  it('become judgements; the last response of each worker counts', () => {
    const { judgements, refused } = readResponses('a', [
      response('w1', 'technical'),
      response('w2', 'marketing'),
      response('w1', 'marketing', '2026-06-03T11:00:00Z'),
      'not json',
    ])

    expect(judgements.map(({ annotator, said }) => [annotator, said])).toEqual([
      ['w1', { label: 'marketing' }],
      ['w2', { label: 'marketing' }],
    ])
    expect(refused).toMatchObject([{ item: 'a', reason: 'response-invalid' }])
  })

  it.each([
    ['is empty', {}],
    ['has no choice', { 'crowd-classifier': { label: '' } }],
    ['is of another template', { 'crowd-classifier': { labels: ['technical'] } }],
  ])('stay usable beside one that %s', (_, answerContent) => {
    const submissionTime = '2026-06-03T10:00:00Z'
    const good = { workerId: 'w1', submissionTime, answerContent: { 'crowd-classifier': { label: 'technical' } } }
    const bad = { workerId: 'w2', submissionTime, answerContent }

    const { judgements, refused } = readResponses('a', [JSON.stringify({ answers: [bad, good] })])

    expect(judgements.map(({ annotator, said }) => [annotator, said])).toEqual([['w1', { label: 'technical' }]])
    expect(refused).toMatchObject([{ item: 'a', reason: 'response-invalid', found: expect.stringContaining('w2') }])
  })

  it.each([
    ['labeling/b/jobs/j/annotations/worker-response/iteration-1/12/2026-06-03_10:00:00.json', 12],
    ['labeling/b/jobs/j/annotations/worker-response/iteration-1/x.json', undefined],
    ['labeling/b/jobs/j/annotations/consolidated-annotation/iteration-1/12/a.json', undefined],
  ])('come from the key %s, which gives object index %p', (key, index) => {
    expect(objectIndex(key)).toBe(index)
  })
})

describe('settling a Ground Truth job', () => {
  const output = keys.jobManifest({ batch: BATCH, job: JOB })
  const describes = (status: 'InProgress' | 'Completed' | 'Failed' | 'Stopped', uri = true) => ({
    LabelingJobStatus: status,
    LabelingJobOutput: uri
      ? { OutputDatasetS3Uri: `s3://bellwether-test/${output}`, FinalActiveLearningModelArn: '' }
      : undefined,
  })

  /** Two workers answer every item and disagree on the second; the first item failed. */
  async function answer(world: World, lines: { item: string; source: string }[]) {
    const said = lines.map((line, i) => ({
      ...line,
      ...(i === 0
        ? { 'label-metadata': { 'retry-count': 1, 'failure-reason': 'ClientError', 'human-annotated': 'true' } }
        : { label: i % 2 ? 0 : '1', 'label-metadata': metadata({ 'class-name': i % 2 ? 'technical' : 'marketing' }) }),
    }))
    await world.bucket.put(output, said.map((line) => JSON.stringify(line)).join('\n'))
    for (const i of lines.keys()) {
      for (const [nth, worker] of ['w1', 'w2'].entries()) {
        const label = (i === 1 && nth === 1) || i % 2 === 0 ? 'marketing' : 'technical'
        const body = {
          answers: [
            {
              workerId: worker,
              submissionTime: `2026-06-03T10:0${nth}:00Z`,
              answerContent: { 'crowd-classifier': { label } },
            },
          ],
        }
        const key = `labeling/${BATCH}/jobs/${JOB}/annotations/worker-response/iteration-1/${i}/${nth}.json`
        await world.bucket.put(key, JSON.stringify(body))
      }
    }
  }

  const THIRD = `${JOB}-third`
  const gone = Object.assign(new Error('gone'), { name: 'ResourceNotFound' })

  type AwsStub = ReturnType<typeof newJobWorld>['sagemaker']

  /** The first job has ended; the second has this state, or does not exist. */
  function ended(sagemaker: AwsStub, first: 'Completed' | 'Stopped', third?: Parameters<typeof describes>[0]) {
    sagemaker.on(DescribeLabelingJobCommand, { LabelingJobName: JOB }).resolves(describes(first))
    const second = sagemaker.on(DescribeLabelingJobCommand, { LabelingJobName: THIRD })
    if (third) second.resolves(describes(third))
    else second.rejects(gone)
  }

  /** A worker's answer in the second job about the one disputed item. */
  const thirdSays = (world: World, worker: string, label: string) =>
    world.bucket.put(
      `labeling/${BATCH}/jobs/${THIRD}/annotations/worker-response/iteration-1/0/0.json`,
      JSON.stringify({
        answers: [
          {
            workerId: worker,
            submissionTime: '2026-06-03T12:00:00Z',
            answerContent: { 'crowd-classifier': { label } },
          },
        ],
      }),
    )

  it('asks one more worker about disagreements, in a second job with its own attribute', async () => {
    const { world, sagemaker } = newJobWorld()
    const { lines } = await start(world)
    await answer(world, lines)
    ended(sagemaker, 'Completed')
    world.now = new Date('2026-06-03T10:12:00Z')

    const waits = await functionOf(world).settle(BATCH)

    const [, third] = sagemaker.commandCalls(CreateLabelingJobCommand)
    expect(waits).toHaveProperty('waits')
    expect(third?.args[0].input).toMatchObject({
      LabelingJobName: THIRD,
      LabelAttributeName: 'label-third',
      InputConfig: {
        DataSource: { S3DataSource: { ManifestS3Uri: `s3://bellwether-test/labeling/${BATCH}/third.manifest` } },
      },
      StoppingConditions: { MaxHumanLabeledObjectCount: 1 },
      HumanTaskConfig: { NumberOfHumanWorkersPerDataObject: 1, TaskAvailabilityLifetimeInSeconds: 10 * 3600 },
    })
    expect(linesOf(world, keys.thirdManifest({ batch: BATCH }))).toEqual([lines[1]])
    expect(await functionOf(world).settle(BATCH)).toHaveProperty('waits')
  })

  it.each([
    ['uses the third answer, matched by item', 'w3', 'marketing', 3],
    ['discards but pays the answer of a worker who judged the item before', 'w1', 'marketing', 2],
  ])('%s', async (_, worker, label, judgements) => {
    const { world, sagemaker } = newJobWorld()
    const { lines } = await start(world)
    await answer(world, lines)
    ended(sagemaker, 'Completed')
    await functionOf(world).settle(BATCH)
    await thirdSays(world, worker, label)
    ended(sagemaker, 'Completed', 'Completed')

    const settled = await functionOf(world).settle(BATCH)

    const written = linesOf<SettledLine>(world, keys.settledManifest({ batch: BATCH }))
    const disputed = written.find(({ item }) => item === lines[1]?.item)
    const quality = qualityRecord.parse(JSON.parse(world.bucket.texts()[keys.quality({ batch: BATCH })] ?? ''))
    expect(settled).toMatchObject({ labelled: 7, judgements: 15 })
    expect(disputed?.['label-metadata'].judgements).toHaveLength(judgements)
    // A third answer decides; without it, Ground Truth's consolidation of the two holds.
    expect(disputed?.['label-metadata']['class-name']).toBe(judgements === 3 ? 'marketing' : 'technical')
    expect(quality.refused).toMatchObject(judgements === 3 ? {} : { 'repeated-judge': 1 })
    expect(quality.costUsd).toBeCloseTo(9 * 0.08 + 15 * 0.01)
    expect(quality.objects).toBe(9)
    expect(quality.alpha.items).toBe(7)
  })

  it('does not read the answers of the first job again while the second runs', async () => {
    const { world, sagemaker } = newJobWorld()
    const { lines } = await start(world)
    await answer(world, lines)
    ended(sagemaker, 'Completed')
    await functionOf(world).settle(BATCH)
    ended(sagemaker, 'Completed', 'InProgress')
    const { read } = world.bucket
    const responses: string[] = []
    world.bucket.read = async (key) => {
      if (key.includes('/worker-response/')) responses.push(key)
      return read(key)
    }

    expect(await functionOf(world).settle(BATCH)).toHaveProperty('waits')

    expect(responses).toEqual([])
  })

  it('waits while the job runs, even when the manifest exists already', async () => {
    const { world, sagemaker } = newJobWorld()
    const { lines } = await start(world)
    await answer(world, lines)
    sagemaker.on(DescribeLabelingJobCommand).resolves(describes('InProgress'))

    expect(await functionOf(world).settle(BATCH)).toEqual({ waits: `batch ${BATCH} still waits for answers` })
    expect(world.bucket.texts()[keys.settledManifest({ batch: BATCH })]).toBeUndefined()
  })

  it("uses the workers' common label, Ground Truth's where they disagree, and counts items without one", async () => {
    const { world, sagemaker } = newJobWorld()
    const { lines } = await start(world)
    await answer(world, lines)
    ended(sagemaker, 'Completed')
    world.now = new Date('2026-06-03T20:12:00Z')

    const settled = await functionOf(world).settle(BATCH)

    expect(settled).toMatchObject({ labelled: 7, failed: { failed: 1 }, judgements: 14 })
    const written = linesOf<SettledLine>(world, keys.settledManifest({ batch: BATCH }))
    const asked = lines.slice(1).map(({ item }) => item)
    expect(written.map(({ item }) => item)).toEqual([...asked].sort())
    const [first, second] = asked.map((item) => written.find((line) => line.item === item))
    expect(first).toMatchObject({ label: 0, 'label-metadata': { 'class-name': 'technical', confidence: 0.62 } })
    expect(second).toMatchObject({
      label: 1,
      'label-metadata': {
        'class-name': 'marketing',
        confidence: 0.977989463,
        judgements: [
          { annotator: 'w1', label: 'marketing' },
          { annotator: 'w2', label: 'marketing' },
        ],
      },
    })
  })

  it("uses Ground Truth's label when the workers' own answers are missing", async () => {
    const { world, sagemaker } = newJobWorld()
    const { lines } = await start(world)
    await world.bucket.put(
      output,
      lines.map((line) => JSON.stringify({ ...line, label: 1, 'label-metadata': metadata() })).join('\n'),
    )
    sagemaker.on(DescribeLabelingJobCommand).resolves(describes('Stopped'))

    expect(await functionOf(world).settle(BATCH)).toMatchObject({ labelled: 8 })
    expect(linesOf<SettledLine>(world, keys.settledManifest({ batch: BATCH }))[0]?.['label-metadata'].confidence).toBe(
      0.62,
    )
  })

  it('releases every item when the job failed: it keeps its role and a later batch may ask it', async () => {
    const { world, sagemaker } = newJobWorld()
    const { plan } = await start(world)
    const claims = () =>
      cascadeClaims(
        world.table,
        plan.items.map(({ item }) => item),
        'a later batch',
      )
    const inRoles = (available: boolean) =>
      new Map(plan.items.map(({ item, role }) => [item, { role, available }] as const))
    expect(await claims()).toEqual(inRoles(false))
    sagemaker.on(DescribeLabelingJobCommand).resolves(describes('Failed', false))

    expect(await functionOf(world).settle(BATCH)).toMatchObject({ labelled: 0, failed: { unanswered: 8 } })

    expect(await claims()).toEqual(inRoles(true))
    expect(await batchesToCarry(world.table)).toEqual([BATCH])
  })

  it('stops the job at the deadline, and settles the available answers once it has stopped', async () => {
    const { world, sagemaker } = newJobWorld()
    const { lines } = await start(world)
    await answer(world, lines)
    world.now = new Date('2026-06-03T20:12:00Z')
    sagemaker.on(DescribeLabelingJobCommand).resolves(describes('InProgress'))
    sagemaker.on(StopLabelingJobCommand).resolves({})
    const before = await functionOf(world).settle(BATCH)

    ended(sagemaker, 'Stopped')
    const after = await functionOf(world).settle(BATCH)

    expect(before).toHaveProperty('waits')
    expect(sagemaker.commandCalls(StopLabelingJobCommand)[0]?.args[0].input).toEqual({ LabelingJobName: JOB })
    expect(after).toMatchObject({ labelled: 7 })
  })

  it('counts the objects of both jobs for the monthly fee, at the tier they fall into', async () => {
    const tiers = { ...groundTruth, feeTiers: [{ above: 10, feePerItemUsd: 0.01 }] }
    const { world, sagemaker } = newJobWorld(tiers)
    const { lines } = await start(world)
    await functionOf(world).request({ start: 'now' })
    await answer(world, lines)
    ended(sagemaker, 'Completed')
    await functionOf(world).settle(BATCH)
    await thirdSays(world, 'w3', 'marketing')
    ended(sagemaker, 'Completed', 'Completed')

    await functionOf(world).settle(BATCH)
    await functionOf(world).settle(BATCH)
    await functionOf(world).request({ start: 'now' })

    const quality = qualityRecord.parse(JSON.parse(world.bucket.texts()[keys.quality({ batch: BATCH })] ?? ''))
    const [second, third] = [2, 3].map((nth) =>
      storedPlan.parse(JSON.parse(world.bucket.texts()[keys.plan({ batch: `${BATCH}-${nth}` })] ?? '')),
    )
    expect([second?.before, third?.before]).toEqual([8, 8 + 8 + 1])
    // Sixteen objects were counted before the one of the second job.
    expect(quality.costUsd).toBeCloseTo(8 * 0.08 + 0.01 + 15 * 0.01)
  })

  it('counts the objects that AWS labelled or failed to label when the job is stopped', async () => {
    const { world, sagemaker } = newJobWorld()
    const { lines } = await start(world)
    await answer(world, lines.slice(0, 3))
    ended(sagemaker, 'Stopped')
    sagemaker.on(DescribeLabelingJobCommand, { LabelingJobName: JOB }).resolves({
      ...describes('Stopped'),
      LabelCounters: { TotalLabeled: 2, HumanLabeled: 2, FailedNonRetryableError: 1, Unlabeled: 5 },
    })
    world.now = new Date('2026-06-03T20:12:00Z')

    await functionOf(world).settle(BATCH)

    const quality = qualityRecord.parse(JSON.parse(world.bucket.texts()[keys.quality({ batch: BATCH })] ?? ''))
    expect(quality.objects).toBe(3)
    expect(quality.costUsd).toBeCloseTo(3 * 0.08 + quality.judgements * 0.01)
    expect(await objectsOf(world.table, termsOf('ground-truth'), BATCH)).toBe(3)
  })

  it('settles an unknown job at its deadline at no cost', async () => {
    const { world, sagemaker } = newJobWorld()
    await start(world)
    sagemaker.on(DescribeLabelingJobCommand).rejects(Object.assign(new Error('gone'), { name: 'ResourceNotFound' }))

    expect(await functionOf(world).settle(BATCH)).toHaveProperty('waits')
    world.now = new Date('2026-06-04T00:00:00Z')
    expect(await functionOf(world).settle(BATCH)).toMatchObject({ labelled: 0 })
    const quality = qualityRecord.parse(JSON.parse(world.bucket.texts()[keys.quality({ batch: BATCH })] ?? ''))
    expect([quality.costUsd, quality.objects, await objectsOf(world.table, termsOf('ground-truth'), BATCH)]).toEqual([
      0, 0, 0,
    ])
  })

  it.each([
    ['arn:aws:sagemaker:eu-west-1:111122223333:labeling-job/bellwether-test-2026-06-02', '2026-06-02'],
    ['arn:aws:sagemaker:eu-west-1:111122223333:labeling-job/Bellwether-Test-2026-06-02-2', '2026-06-02-2'],
    ['arn:aws:sagemaker:eu-west-1:111122223333:labeling-job/bellwether-test-2026-06-02-2-third', '2026-06-02-2'],
    ['arn:aws:sagemaker:eu-west-1:111122223333:labeling-job/somebody-elses', undefined],
    [undefined, undefined],
  ])('knows the batch of the job %s', (arn, batch) => {
    expect(batchOfJob(arn, 'test')).toBe(batch)
  })
})

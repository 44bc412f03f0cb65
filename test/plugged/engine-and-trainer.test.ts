import { beforeEach, expect, it } from '@jest/globals'
import { askChampion } from '../../services/analyzer/ask'
import { classify } from '../../services/analyzer/facts/classify'
import { evaluate } from '../../services/evaluator/evaluate'
import { format } from '../../services/formatter/format'
import { finish } from '../../services/trainer/finish'
import { start } from '../../services/trainer/start'
import { s3Artefacts } from '../../shared/artefact'
import { ENGINES } from '../../shared/engines'
import { keys } from '../../shared/keys'
import { labelStore, rulesOf } from '../../shared/labels'
import { cardRecord, championRecord, runRecord, trainingRecord } from '../../shared/records'
import { settings } from '../../shared/settings'
import { connectTrainers, TRAINER_ADAPTERS } from '../../services/trainer/trainers'
import { memoryRegistry } from '../services/evaluator/memory-registry'
import { aPost, aSettledLine, manifestOf, putRun } from '../given'
import { world, type World } from '../services/trainer/world'
import { recorder } from '../shared/recorder'
import { openingWords, postalTrainer } from './toys'

const NOW = new Date('2026-11-22T12:00:00Z')
const RUN = { hashtag: 'aws', date: '2026-11-21', run: 'one' }
const TEXTS = ['Cold starts fell', 'Join our webinar', 'nobody ever began so']
const log = { info() {}, warn() {}, error() {} }

let stage: World
beforeEach(async () => {
  stage = await world()
})

/** Labels in the bucket: two kinds of posts that their first words separate; training draws one in two and one in four. */
async function putLabels(): Promise<void> {
  const lines = Array.from({ length: 240 }, (_, i) => {
    const [label, source] = i % 2 ? ['technical', `Cold starts fell ${i}`] : ['marketing', `Join our webinar ${i}`]
    const role = i < 80 ? ('training' as const) : ('evaluation' as const)
    const training = i % 2 ? 0.25 : 0.5
    return aSettledLine(`item${i}`, label, { source, role, draw: { evaluation: 0, training } })
  })
  await stage.bucket.put(keys.settledManifest({ batch: '2026-11-21' }), manifestOf(lines))
}

/** The ports of each service with these plugged in; the configuration names an engine and a trainer. */
function plugged(engine: string, trainer: string) {
  const post = postalTrainer()
  const engines = [...ENGINES, openingWords]
  const { bucket, ports } = stage
  const training = { ...ports.settings.training, engine, trainer, fewLabels: 0, hyperparameters: {} }
  const all = { ...ports.settings, training }
  const labels = {
    version: 1,
    categories: ['technical', 'marketing'].map((name) => ({ name, definition: name, examples: [] })),
  }
  const place = { stage: 'test', region: 'eu-west-1', roleArn: '', objects: bucket, jobs: stage.jobs, settings: all }
  const load = s3Artefacts(bucket, engines)
  return {
    post,
    formatter: {
      stream: () => 'toy',
      objects: bucket,
      publish: recorder('formatter').publish,
      settings: { labels, training },
      labels: labelStore(bucket, rulesOf(labels)),
    },
    trainer: {
      ...ports,
      settings: all,
      engines,
      trainers: connectTrainers([...TRAINER_ADAPTERS, post.trainer], place),
    },
    evaluator: {
      objects: bucket,
      load,
      publish: recorder('evaluator').publish,
      gate: settings.shape.gate.parse(undefined),
      registry: memoryRegistry(),
      region: 'eu-west-1',
      log,
    },
    analyzer: { objects: bucket, load },
  }
}

it.each([
  ['an engine', 'opening-words', 'lambda'],
  ['a trainer', 'opening-words', 'by-post'],
])(
  'trains, judges and promotes with %s that a test plugs in, and classifies a run with the model',
  async (_, engine, where) => {
    await putLabels()
    const { post: machine, formatter, trainer, evaluator, analyzer } = plugged(engine, where)
    const { datasetId, prior } = await format(formatter)({ now: NOW, log })

    let outcome = await start(trainer, { datasetId, force: false }, { now: NOW, log })
    if (outcome.status === 'started') {
      expect(await finish(trainer, outcome.job, { now: NOW, log })).toMatchObject({ status: 'running' })
      await machine.work(stage.bucket)
      outcome = await finish(trainer, outcome.job, { now: NOW, log })
    }
    const job = outcome.status === 'trained' ? outcome.job : ''
    const verdict = await evaluate(evaluator)(job, NOW)
    await putRun(stage.bucket, { pages: [TEXTS.map((text, i) => aPost(i, text))] })
    const answers = await askChampion(analyzer)(TEXTS)
    const champion = await stage.bucket.readJson(keys.champion({}), championRecord)
    const run = await stage.bucket.readJson(keys.run(RUN), runRecord)
    const { model } = await analyzer.load(champion)
    await classify(stage.bucket, run, { job, classifier: model, temperature: champion.temperature })

    expect(await stage.bucket.readJson(keys.training({ job }), trainingRecord)).toMatchObject({
      engine,
      trainer: where,
      hyperparameters: { letters: '100' },
      prior,
    })
    expect(verdict).toMatchObject({ job, verdict: 'promoted', live: true })
    expect(champion).toMatchObject({ job, prior })
    expect(await stage.bucket.readJson(keys.card({ job }), cardRecord)).toMatchObject({
      scores: { challenger: { accuracy: 1 } },
      training: { engine },
    })
    expect(stage.jobs.requests).toEqual([])
    expect(answers).toMatchObject([
      { label: 'technical', basis: 'text', model: job },
      { label: 'marketing', basis: 'text' },
      // A technical label represents twice as many messages as a marketing one.
      { label: 'technical', basis: 'prior', probability: expect.closeTo(prior!.technical!, 5) },
    ])
    expect(prior!.technical).toBeCloseTo(2 / 3, 1)
    expect(stage.bucket.texts()[keys.predictions(RUN)]).toMatch(
      /\r\n0,technical,.*\r\n1,marketing,.*\r\n2,technical,0\.6/,
    )
  },
)

it('leaves the configured engine to the trainer that can train it', async () => {
  await putLabels()
  const { formatter, trainer } = plugged('opening-words', 'blazingtext')
  const { datasetId } = await format(formatter)({ now: NOW, log })

  const outcome = await start(trainer, { datasetId, force: false }, { now: NOW, log })

  expect(outcome).toMatchObject({ status: 'trained' })
  expect(stage.jobs.requests).toEqual([])
})

import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { beforeEach, expect, it } from '@jest/globals'
import { mockClient } from 'aws-sdk-client-mock'
import { z } from 'zod'
import { analyze } from '../../services/analyzer/analyze'
import { ADAPTERS, sourceFor } from '../../services/collector/sources'
import { evaluate } from '../../services/evaluator/evaluate'
import { format } from '../../services/formatter/format'
import { finish } from '../../services/trainer/finish'
import { start } from '../../services/trainer/start'
import { connectTrainers, TRAINER_ADAPTERS } from '../../services/trainer/trainers'
import { s3Artefacts } from '../../shared/artefact'
import { ENGINES } from '../../shared/engines'
import { keys } from '../../shared/keys'
import { labelStore, rulesOf } from '../../shared/labels'
import { makeMemory } from '../../shared/memory'
import { championRecord } from '../../shared/records'
import { SOURCES, sourceSettings } from '../../shared/sources'
import { dayAfter } from '../../shared/utc-day'
import { aPost, aSettings, putRun } from '../given'
import { toy, toyAdapter } from '../services/collector/toy-source'
import * as collecting from '../services/collector/world'
import { memoryRegistry } from '../services/evaluator/memory-registry'
import * as labelling from '../services/labeling/world'
import { world as trainerWorld } from '../services/trainer/world'
import { memoryTable } from '../shared/memory-table'
import { recorder } from '../shared/recorder'
import { openingWords, openingWordsLabeller, postalTrainer } from './toys'

const DAY = '2026-06-02'
const NIGHT = new Date('2026-06-03T00:30:00Z')
const LATER = new Date('2026-06-03T02:00:00Z')
const POSTS = 200
const log = { info() {}, warn() {}, error() {} }

const secrets = mockClient(SecretsManagerClient)
beforeEach(() => {
  secrets.reset()
  secrets.on(GetSecretValueCommand, { SecretId: 'toy-id' }).resolves({ SecretString: 'a key' })
})

const STREAM = { hashtag: 'aws', stream: 'file' }

/** The text of the toy source's nth post: two kinds, three to one, that the first word separates, plus unique words. */
const textOf = (id: string): string =>
  `${Number(id.split('-').at(-1)) % 4 === 0 ? 'Join' : 'Measured'} ${labelling.wordsOf(id)} #aws`

/** Collects a day from the toy source; returns the objects that the collector wrote. */
async function collected(): Promise<Record<string, string>> {
  const all = sourceSettings([...SOURCES, toy])
  const sources = z.record(z.string(), all).parse({ playground: { type: 'toy', posts: POSTS, network: 'file' } })
  const settings = { ...aSettings(), hashtags: [{ tag: 'aws', source: 'playground' }], sources }
  const world = collecting.newWorld({ tags: ['aws'] })
  const ports = {
    objects: { stream: () => Promise.reject(new Error('the toy reads nothing from the bucket')) },
    secrets: new SecretsManagerClient({}),
    secretIds: { toy: 'toy-id' },
    nowMs: () => world.now.getTime(),
  }
  const open = sourceFor(ports, settings, { ...ADAPTERS, toy: toyAdapter([]) }, [...SOURCES, toy])
  world.settings = settings
  world.openSource = async (stream) => {
    const source = await open(stream)
    const read: typeof source.read = async (request) => {
      const page = await source.read(request)
      return 'posts' in page ? { ...page, posts: page.posts.map((post) => ({ ...post, text: textOf(post.id) })) } : page
    }
    return { ...source, read }
  }
  await collecting.untilIdle(world)
  return collecting.raw(world)
}

it('carries a post to a report through a plugged-in source, labeller, engine and trainer', async () => {
  const stage = await trainerWorld()
  const { bucket } = stage
  const shipped = aSettings({ hashtags: [{ tag: 'aws', source: 'file' }] })
  const settings = {
    ...shipped,
    labelling: { ...shipped.labelling, labeller: 'toy', itemsPerDay: POSTS },
    training: { ...shipped.training, engine: openingWords.name, trainer: 'by-post' },
  }
  const post = postalTrainer()
  const engines = [...ENGINES, openingWords]
  const load = s3Artefacts(bucket, engines)
  const labels = labelStore(bucket, rulesOf(settings.labels))

  const written = await collected()
  for (const [key, body] of Object.entries(written)) await bucket.put(key, body)
  const [runKey] = Object.keys(written).filter((key) => keys.run.match(key))
  const run = keys.run.match(runKey ?? '')!.run

  const labeller = labelling.newWorld({ bucket, settings, now: NIGHT, plugged: { toy: openingWordsLabeller() } })
  await labelling.functionOf(labeller).onRun({ ...STREAM, date: DAY, run })
  const settled = await labelling.functionOf(labeller).settle(DAY)

  const formatter = { objects: bucket, publish: recorder('formatter').publish, settings, labels, stream: () => 'toy' }
  const { datasetId } = await format(formatter)({ now: LATER, log })
  const place = { stage: 'test', region: 'eu-west-1', roleArn: '', objects: bucket, jobs: stage.jobs, settings }
  const trainer = {
    ...stage.ports,
    settings,
    engines,
    trainers: connectTrainers([...TRAINER_ADAPTERS, post.trainer], place),
  }
  const ordered = await start(trainer, { datasetId, force: false }, { now: LATER, log })
  const job = ordered.status === 'started' ? ordered.job : ''
  await post.work(bucket)
  await finish(trainer, job, { now: LATER, log })
  const verdict = await evaluate({
    objects: bucket,
    load,
    publish: recorder('evaluator').publish,
    gate: settings.gate,
    registry: memoryRegistry(),
    region: 'eu-west-1',
    log,
  })(job, LATER)

  const events = recorder('analyzer')
  const analyzer = analyze({
    objects: bucket,
    load,
    publish: events.publish,
    enqueue: async () => undefined,
    table: memoryTable(),
    labels: labelStore(bucket, rulesOf(settings.labels)),
    memory: makeMemory(2 ** 20),
    settings,
    owner: () => 'the loop',
  })
  const time = { now: LATER, remainingMs: () => 300_000 }
  const analysis = await analyzer({ ...STREAM, date: DAY }, time)
  // A model classifies only later runs.
  const next = { ...STREAM, date: dayAfter(DAY, 1), run: 'next' }
  await putRun(bucket, { ...next, pages: [[aPost('next', textOf('1'))]] })
  await analyzer(next, time)

  expect(settled).toMatchObject({ labelled: POSTS })
  expect(verdict).toMatchObject({ verdict: 'promoted', live: true })
  expect(await bucket.readJson(keys.champion({}), championRecord)).toMatchObject({ job, engine: openingWords.name })
  expect(bucket.texts()[keys.predictions({ ...STREAM, date: DAY, run })]).toBeUndefined()
  expect(bucket.texts()[keys.predictions(next)]).toMatch(/\r\nnext,technical,/)
  if (analysis.state !== 'reported') throw new Error(analysis.reason)
  const { posts, byPosts } = analysis.report.day
  expect(posts).toBe(POSTS)
  expect(byPosts.state).toBe('reported')
  const technical = byPosts.shares.find(({ label }) => label === 'technical')
  expect(technical!.low).toBeLessThanOrEqual(0.75)
  expect(technical!.high).toBeGreaterThanOrEqual(0.75)
  expect(events.events.map(({ name }) => name)).toContain('ShareReported')
})

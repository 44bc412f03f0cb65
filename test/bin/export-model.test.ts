import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { smokeLabels } from '../../bin/smoke-labels'
import { type Cloud, createCloud } from '../../local/cloud'
import { ownersBucket } from '../../local/stores'
import { ROOT } from '../../local/root'
import { keys } from '../../shared/keys'
import { type ChampionRecord, cardRecord, trainingRecord } from '../../shared/records'
import { readSettings } from '../../shared/settings'
import { packageDir } from '../loop/story'
import { cardExample, championExample } from '../shared/card'

const TEMPERATURE = 2
const TEXTS = [
  'word0 tells that post number 7 of 0 is about technical #aws',
  'WORD1 tells &amp; shows @somebody https://example.org/x',
  'nothing_that_it_knows',
  '',
  'two\nlines of word0 and word1',
]
/** Runs in a separate process, in a folder outside the repository. */
const PROGRAM = `
const { load } = require('./bellwether-model')
load()
  .then((model) => model.classifyAll(JSON.parse(process.argv[1])))
  .then((answers) => console.log(JSON.stringify(answers)))
`

const folder = mkdtempSync(path.join(tmpdir(), 'bellwether-export-'))
const dataDir = path.join(folder, 'data')
const out = path.join(folder, 'elsewhere/bellwether-model')
let cloud: Cloud
let job = ''

beforeAll(async () => {
  cloud = await createCloud({ packageDir: packageDir(), stackName: 'bellwether-dev', dataDir })
  const objects = ownersBucket(cloud)
  const { labels } = readSettings(ROOT)
  await objects.create(keys.settledManifest({ batch: 'smoke' }), smokeLabels(labels, '2026-11-22T10:00:00.000Z'))
  await cloud.idle()
  // The trainer waits for datasets that arrive at about the same time.
  await cloud.advance(60_000)
  await cloud.idle()
  for await (const { key } of objects.list('models/')) job = keys.card.match(key)?.job ?? job
  const training = await objects.readJson(keys.training({ job }), trainingRecord)
  const card = await objects.readJson(keys.card({ job }), cardRecord)
  // Makes the model live, whatever the verdict, with a calibration that lowers its confidence.
  const calibration = { ...cardExample.calibration, temperature: TEMPERATURE }
  await objects.put(keys.card({ job }), JSON.stringify({ ...card, calibration }))
  const { artefact, datasetId } = training
  const { versionId, sha256 } = card.artefact
  const live = { job, datasetId, artefact, versionId, sha256: sha256 ?? '', labels: card.labels, prior: training.prior }
  const champion: ChampionRecord = { ...championExample, ...live, temperature: TEMPERATURE }
  await objects.put(keys.champion({}), JSON.stringify(champion))
}, 120_000)

afterAll(async () => {
  await cloud.close()
  rmSync(folder, { recursive: true })
})

/** Runs the command asynchronously, because the cloud in this process must keep answering. */
const exportModel = (...args: string[]) =>
  promisify(execFile)(process.execPath, [path.join(ROOT, 'bin/run.mjs'), 'bin/export-model.ts', ...args]).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, said: stderr }),
  )

it('exports a model that classifies in another program as the analyzer does, without installing anything', async () => {
  const { code, said } = await exportModel('--data', dataDir, '--out', out)
  expect([code, said]).toEqual([0, expect.stringContaining(job)])
  const elsewhere = mkdtempSync(path.join(tmpdir(), 'empty-'))
  cpSync(out, path.join(elsewhere, 'bellwether-model'), { recursive: true })

  const answers: unknown = JSON.parse(
    execFileSync(process.execPath, ['-e', PROGRAM, JSON.stringify(TEXTS)], { cwd: elsewhere, encoding: 'utf8' }),
  )
  const asked = await cloud.invoke('analyzer', { texts: TEXTS })
  rmSync(elsewhere, { recursive: true })

  const { answers: expected } = JSON.parse(asked.payload) as {
    answers: { label: string; probability: number; basis: string }[]
  }
  expect(new Set(expected.map(({ basis }) => basis))).toEqual(new Set(['text', 'prior']))
  expect(answers).toEqual(
    expected.map(({ label, probability, basis }) => ({
      label,
      probability: expect.closeTo(probability, 12),
      probabilities: expect.objectContaining({ [label]: expect.closeTo(probability, 12) }),
      basis,
    })),
  )
})

it('exports a README that describes the model and needs no other file', () => {
  const readme = readFileSync(path.join(out, 'README.md'), 'utf8')
  const manifest = JSON.parse(readFileSync(path.join(out, 'package.json'), 'utf8')) as object

  expect(readme).toContain(`\`${job}\``)
  expect(readme).toContain(`calibrated: temperature ${TEMPERATURE}`)
  expect(readme).toMatch(/on 60 posts that it was not trained on/)
  expect(manifest).toMatchObject({ private: true, main: 'index.js' })
  expect(manifest).not.toHaveProperty('dependencies')
  expect(readFileSync(path.join(out, 'index.js'), 'utf8')).not.toMatch(/require\("(?!(node:)?(fs|path|buffer)")/)
})

it('replaces an earlier export, and nothing else', async () => {
  expect(await exportModel('--data', dataDir, '--out', out, '--job', 'latest')).toEqual({
    code: 0,
    said: expect.stringContaining(out),
  })

  const mine = path.join(folder, 'mine')
  cpSync(out, mine, { recursive: true })
  writeFileSync(path.join(mine, 'precious'), 'x')
  const theirs = path.join(folder, 'theirs')
  mkdirSync(theirs)
  writeFileSync(path.join(theirs, 'model.json'), '{"format":"layers-model"}')
  for (const [place, file] of [
    [mine, 'precious'],
    [theirs, 'model.json'],
  ] as const) {
    expect(await exportModel('--data', dataDir, '--out', place)).toEqual({
      code: 1,
      said: expect.stringContaining(`its file ${file} is not from an earlier export`),
    })
    expect(existsSync(path.join(place, file))).toBe(true)
  }
})

it('leaves a folder alone whose name only starts with that of the export', async () => {
  const beside = path.join(folder, 'beside')
  mkdirSync(`${beside}.new`)
  writeFileSync(path.join(`${beside}.new`, 'mine.txt'), 'x')

  expect(await exportModel('--data', dataDir, '--out', beside)).toMatchObject({ code: 0 })

  expect(existsSync(path.join(`${beside}.new`, 'mine.txt'))).toBe(true)
  expect(readdirSync(folder).filter((name) => name.startsWith('beside'))).toEqual(['beside', 'beside.new'])
})

it.each([
  ['an unknown job', ['--job', 'bellwether-dev-0000000000000000-1'], 'There is no model bellwether-dev-0'],
  ['an unknown option', ['--json'], '--json'],
])('refuses %s', async (_, args, why) => {
  expect(await exportModel('--data', dataDir, '--out', path.join(folder, 'no'), ...args)).toEqual({
    code: 1,
    said: expect.stringContaining(why),
  })
})

it('says that no cloud is running when none was started', async () => {
  expect(await exportModel('--data', path.join(folder, 'nowhere'))).toEqual({
    code: 1,
    said: expect.stringContaining('`npm start` starts one'),
  })
})

it('says that the cloud has stopped', async () => {
  const gone = path.join(folder, 'gone')
  mkdirSync(gone)
  const about = { endpoint: 'http://127.0.0.1:1', region: 'eu-west-1', functions: ['bellwether-dev-analyzer'] }
  writeFileSync(path.join(gone, 'cloud.json'), JSON.stringify(about))

  expect(await exportModel('--data', gone)).toEqual({
    code: 1,
    said: expect.stringContaining('No cloud answers at http://127.0.0.1:1 any more'),
  })
})

it('lists its options', async () => {
  expect(await exportModel('--help')).toEqual({ code: 0, said: expect.stringContaining('--job latest|JOB') })
})

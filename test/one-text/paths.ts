import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ModelDescription, ExportedModel } from '../../bin/exported'
import { packageFiles } from '../../bin/exported/files'
import { ROOT } from '../../local/root'
import { augmentedManifest } from '../../packages/embedded-aws/src/sagemaker/augmented-manifest'
import { askChampion } from '../../services/analyzer/ask'
import { classify } from '../../services/analyzer/facts/classify'
import { format } from '../../services/formatter/format'
import { answerLabels } from '../../services/labels/labels'
import { answersOf } from '../../shared/answers'
import { withPrior } from '../../shared/engines/classifier'
import type { Model } from '../../shared/engines/engine'
import { fastText } from '../../shared/engines/fasttext'
import { categoryOf } from '../../shared/engines/training-lines'
import { predictAll, readModel } from '../../packages/fasttext/src'
import { keys } from '../../shared/keys'
import { labelStore, rulesOf } from '../../shared/labels'
import { postsOfRun } from '../../shared/posts'
import { evaluationLine, runRecord, type SettledLine } from '../../shared/records'
import { plainText, shownText, TEXT_VERSION, tokenise } from '../../shared/text'
import type { TextEncoding } from '../../shared/text/encoding'
import { aSettings } from '../given'
import { type TestBucket, testBucket } from '../shared/bucket'
import { championExample } from '../shared/card'
import { memoryTable } from '../shared/memory-table'
import { tinyModel } from '../shared/models'
import { recorder } from '../shared/recorder'
import { functionOf, linesOf, newWorld, postOf, settingsWith, storeRun, type World } from '../services/labeling/world'
import { newWorld as newLabels } from '../services/labels/world'

/** A message: the text as its source encodes it, and as a reader would copy it. */
export interface Message {
  raw: string
  plain: string
}

/** A path on which a message has other tokens than when it was collected. */
export interface Difference {
  path: string
  post: string
  expected: string
  found: string
}

export interface Outcome {
  differences: Difference[]
  /** The number of messages that took each path. */
  seen: Record<string, number>
}

const DATE = '2026-06-02'
const FORMS = ['csv', 'label-studio', 'manifest'] as const
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/**
 * Sends messages along every path of a text, through the readers and writers of the services: the collector's CSV to
 * the analyzer; the labelling manifest, the desk or Ground Truth, and the settled manifest to the dataset; an import;
 * an export and its import; a request to the analyzer and to the exported package. Returns the paths with different
 * tokens.
 */
export async function tokensOnAllPaths(messages: readonly Message[], encoding: TextEncoding): Promise<Outcome> {
  const differences: Difference[] = []
  const seen: Record<string, number> = {}
  const world = await collected(messages, encoding)
  const record = runRecord.parse(JSON.parse(world.bucket.texts()[keys.run(RUN)] ?? ''))
  const tokens = new Map<string, string>()
  for await (const post of postsOfRun(world.bucket, record)) tokens.set(post.id, tokenise(post.shown).join(' '))
  const hold = (along: string, post: string, found: string) => {
    seen[along] = (seen[along] ?? 0) + 1
    const expected = tokens.get(post) ?? 'no such post'
    if (found !== expected) differences.push({ path: along, post, expected, found })
  }
  const holdLines = (along: string, lines: readonly SettledLine[]) => {
    for (const line of lines) hold(along, line['post-id'], lineOf(line.source))
  }

  for (const [post, line] of await classified(world.bucket)) hold('predictions of a run', post, line)
  const plain = messages.map((message) => message.plain)
  const asked = await questioned(plain)
  for (const [i, line] of asked.entries()) hold('{"text":…} to the analyzer', String(i), line)

  const { input, desk } = await labelled(world)
  for (const { 'post-id': post, source } of input) hold('labelling manifest', post, lineOf(source))
  for (const { post, text } of desk) hold('label desk', post, lineOf(text))
  holdLines('settled manifest', linesOf<SettledLine>(world, keys.settledManifest({ batch: DATE })))
  for (const { post, text, shown } of await dataset(world.bucket)) {
    hold('evaluation set, tokens', post, text)
    hold('evaluation set, shown text', post, lineOf(shown ?? ''))
  }

  // A day of empty texts has nothing to label, and an empty label file is refused.
  if (input.length > 0)
    holdLines("Ground Truth's output manifest", await imported('ground-truth.manifest', groundTruthOf(input)))
  const given = plain.map((source, i) => ({ source, 'post-id': String(i), label: 0, 'label-metadata': LABEL }))
  holdLines(
    'import of plain texts',
    await imported('given.jsonl', given.map((line) => JSON.stringify(line)).join('\n')),
  )
  for (const form of FORMS)
    holdLines(`export as ${form}, and its import`, await exportedAndImported(world.bucket, form))

  const learnt = [...tokens.values()].map((text, i) => ({ label: i % 2 ? 'technical' : 'marketing', text }))
  const answers = await packaged(learnt, plain)
  for (const [i, agrees] of answers.entries()) {
    const line = tokens.get(String(i)) ?? ''
    hold('exported package', String(i), agrees ? line : `other answers than those to ${line}`)
  }
  return { differences, seen }
}

/** The tokens of a text that is stored in its shown form. */
const lineOf = (source: string): string => tokenise(shownText(source)).join(' ')

const RUN = { hashtag: 'aws', date: DATE, run: 'r1' }
const LABEL = {
  'class-name': 'technical',
  confidence: 0,
  'human-annotated': 'yes',
  'creation-date': '2026-06-03T10:00:00.000000',
  type: 'groundtruth/text-classification',
}

/** A bucket with a run of these messages, all of which are asked with one judgement each. */
async function collected(messages: readonly Message[], encoding: TextEncoding): Promise<World> {
  const labelling = { itemsPerDay: 2 * messages.length + 2, evaluationJudgements: 1 }
  const { caps, hashtags, ...settings } = settingsWith(labelling)
  const much = { perDay: 1e6, perMonth: 1e6 }
  const world = newWorld({
    settings: { ...settings, hashtags: hashtags.slice(0, 1), caps: { ...caps, judgements: much, labelUsd: much } },
  })
  const posts = messages.map(({ raw }, i) => postOf(i, raw))
  await storeRun(world, RUN.hashtag, RUN.date, posts, RUN.run, encoding)
  return world
}

/** A model that records what it was asked. */
function spy() {
  const lines: string[] = []
  const told: Model = {
    labels: ['marketing', 'technical'],
    classify: async (messages) => {
      lines.push(...messages.map((message) => tokenise(message).join(' ')))
      return messages.map(() => [0.25, 0.75])
    },
  }
  const classifier = withPrior(told, null, TEXT_VERSION)
  return { lines, model: { job: 'spy', classifier, temperature: 1 } }
}

/** The live model's input for each post of the run, by post id. */
async function classified(bucket: TestBucket): Promise<[post: string, line: string][]> {
  const { lines, model } = spy()
  const record = runRecord.parse(JSON.parse(bucket.texts()[keys.run(RUN)] ?? ''))
  await classify(bucket, record, model)
  return lines.map((line, i) => [String(i), line])
}

/** The live model's input for texts that a person asks about. */
async function questioned(texts: readonly string[]): Promise<string[]> {
  const { lines, model } = spy()
  const objects = testBucket()
  await objects.put(keys.champion({}), JSON.stringify({ ...championExample, textVersion: TEXT_VERSION }))
  const load = async () => ({
    model: model.classifier,
    engine: fastText,
    sha256: championExample.sha256,
    versionId: null,
  })
  await askChampion({ objects, load })(texts)
  return lines
}

/** A day of labelling: the lines of the input manifest, and what the annotator sees at the desk. */
async function labelled(world: World) {
  await functionOf(world).onRun(RUN)
  const input = linesOf<{ source: string; item: string; 'post-id': string }>(world, keys.inputManifest({ batch: DATE }))
  const postOfItem = new Map(input.map(({ item, 'post-id': post }) => [item, post]))
  const desk: { post: string; text: string }[] = []
  world.now = new Date(`${DATE}T12:00:00Z`)
  for (;;) {
    const { items } = await functionOf(world).handOut('ana', 20)
    if (items.length === 0) break
    desk.push(...items.map(({ item, text }) => ({ post: postOfItem.get(item) ?? item, text })))
    const answers = items.map(({ batch, item }) => ({ batch, item, revision: 0, label: 'technical' }))
    await functionOf(world).answer('ana', answers)
  }
  if (input.length > 0) await functionOf(world).settle(DATE)
  return { input, desk }
}

/** The embedded Ground Truth's output for these objects. */
const groundTruthOf = (input: readonly { source: string; item: string }[]): string =>
  augmentedManifest(
    {
      request: { LabelAttributeName: 'topic', LabelingJobName: 'other' } as Parameters<
        typeof augmentedManifest
      >[0]['request'],
      settled: input.map((_, index) => ({
        index,
        at: Date.parse(`${DATE}T12:00:00Z`),
        label: 'technical',
        confidence: 0,
      })),
    },
    input.map((line) => ({ text: JSON.stringify(line), line: { ...line } })),
    ['technical', 'marketing'],
  )

/** The settled lines of an imported file of labels, in an empty stack. */
async function imported(name: string, text: string): Promise<SettledLine[]> {
  const labels = newLabels()
  const { batch } = await labels.take(name, text)
  return labels.lines(batch)
}

async function exportedAndImported(bucket: TestBucket, form: (typeof FORMS)[number]): Promise<SettledLine[]> {
  const { labels } = settingsWith()
  const ports = {
    objects: bucket,
    table: memoryTable(),
    settings: { labels },
    labels: labelStore(bucket, rulesOf(labels)),
    tombstones: async () => [],
  }
  const invocation = { now: new Date('2026-06-04T00:00:00Z'), log, remainingMs: () => 60_000 }
  const answer = await answerLabels(ports)({ export: form }, invocation)
  const { key, items } = answer as { key: string; items: number }
  return items === 0 ? [] : imported(path.basename(key), bucket.texts()[key] ?? '')
}

async function dataset(bucket: TestBucket) {
  const settings = aSettings({ labels: settingsWith().labels })
  const { publish } = recorder('formatter')
  const labels = labelStore(bucket, rulesOf(settings.labels))
  const { files } = await format({ objects: bucket, publish, settings, labels, stream: () => 'file' })({
    now: new Date('2026-06-03T13:00:00Z'),
    log,
  })
  const lines = (bucket.texts()[files.evaluation] ?? '').split('\n').filter(Boolean)
  return lines.map((line) => evaluationLine.parse(JSON.parse(line)))
}

let bundle: Promise<string> | undefined

/** Whether the exported package gives each text the prediction of the model for these lines. */
async function packaged(learnt: readonly { label: string; text: string }[], texts: readonly string[]) {
  const about: ModelDescription = {
    job: 'job',
    datasetId: 'dataset',
    engine: fastText.name,
    files: ['model.bin'],
    prior: null,
    labels: ['marketing', 'technical'],
    textVersion: TEXT_VERSION,
    temperature: 1.5,
    calibrated: true,
    sha256: '',
  }
  bundle ??= packageFiles(ROOT, about, { verdict: null, labelStatus: 'ok', scores: null }).then(
    (files) => files['index.js'] ?? '',
  )
  const folder = mkdtempSync(path.join(tmpdir(), 'one-text-'))
  try {
    const file = path.join(folder, 'model.bin')
    // Every model needs two labels and a word.
    writeFileSync(
      file,
      tinyModel([...learnt, { label: 'technical', text: 'word' }, { label: 'marketing', text: 'word' }]),
    )
    writeFileSync(path.join(folder, 'model.json'), JSON.stringify(about))
    writeFileSync(path.join(folder, 'index.js'), await bundle)
    const { load } = createRequire(path.join(folder, 'index.js'))(path.join(folder, 'index.js')) as {
      load(folder: string): Promise<ExportedModel>
    }
    const found = await (await load(folder)).classifyAll(texts)
    // The model gets the lines directly, without a text function.
    const lines = learnt.map(({ text }) => text)
    const predictions = [...predictAll(readModel(file), lines, about.labels.length)]
    const probabilityOf = (i: number, name: string) =>
      predictions[i]?.find(({ label }) => categoryOf(label) === name)?.probability ?? 0
    const asked: Model = {
      labels: about.labels,
      classify: async () =>
        lines.map((line, i) => (line === '' ? undefined : about.labels.map((name) => probabilityOf(i, name)))),
    }
    const classifier = withPrior(asked, null, TEXT_VERSION)
    const expected = await answersOf({ classifier, temperature: about.temperature }, texts.map(plainText))
    return found.map((answer, i) => JSON.stringify(answer) === JSON.stringify(expected[i]))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

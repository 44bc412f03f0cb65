// `npm run export-model`: a model as a small package that any Node program can use.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { GetFunctionConfigurationCommand, LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { z } from 'zod'
import { runCommand } from '../local/command'
import { refuseFile } from '../local/given-file'
import { asOwner } from '../local/owner'
import { printable } from '../packages/embedded-aws/src/printable'
import { findRunning, orGone } from '../local/running'
import { ROOT } from '../local/root'
import { archiveAt, unpackModel } from '../shared/artefact'
import { classifierOf, loadModel, priorIn } from '../shared/engines/load'
import { MANIFEST } from '../shared/engines/manifest'
import { readChampion } from '../shared/champion'
import { jsonOrNothing } from '../shared/json'
import { keys } from '../shared/keys'
import { latestTraining } from '../shared/latest'
import { type Objects, parseJson, s3Objects } from '../shared/objects'
import { cardRecord, datasetRecord, trainingRecord } from '../shared/records'
import { OWN_FILES, PACKAGE, packageFiles, type Told } from './exported/files'

const HELP = `npm run export-model -- [--job latest|JOB] [--out DIR] [--data DIR | --stage STAGE [--region REGION]]

Makes a small package of a model that a Node program can use: the files of the model, one file that prepares texts and
asks the model, a README. No dependencies. By default the model that is live in the cloud that \`npm start\` started last.

  --job JOB         latest, the one that was trained last, or the name of a training job
  --out DIR         where to (bellwether-model); an earlier export there is replaced
  --data DIR        the data folder of a running cloud of this machine
  --stage STAGE     a stage on AWS, with the credentials of the environment
  --region REGION   its region (eu-west-1)
`

void runCommand(main, () => 1)

async function main(argv: string[]): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: {
      job: { type: 'string' },
      out: { type: 'string', default: 'bellwether-model' },
      data: { type: 'string' },
      stage: { type: 'string' },
      region: { type: 'string', default: 'eu-west-1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const { stage, region, data, out } = values
  refuseForeign(out)
  const objects = stage === undefined ? await running(data) : await bucketOf(`bellwether-${stage}-analyzer`, { region })
  const { about, told, files } = await read(objects, await jobOf(objects, values.job))
  write(out, { ...(await packageFiles(ROOT, about, told)), ...Object.fromEntries(files) })
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0)
  console.log(
    printable(`${out}: ${about.job}, ${about.engine}, ${about.labels.join(', ')}, ${(bytes / 1024).toFixed(0)} KB`),
  )
  return 0
}

/** An export replaces an export, and nothing else: a folder with any other file is left as it is. */
function refuseForeign(out: string): void {
  if (!existsSync(out)) return
  refuseFile('--out', out)
  const own = filesOfExport(out)
  const [foreign] = readdirSync(out).filter((name) => !own.includes(name))
  if (foreign === undefined) return
  throw new Error(
    `--out ${out}: its file ${foreign} is not from an earlier export; name another folder, or empty this one`,
  )
}

/** The files that an earlier export wrote into a folder; empty without an earlier export. */
function filesOfExport(folder: string): string[] {
  const parsed = (name: string) => {
    const file = path.join(folder, name)
    return existsSync(file) ? jsonOrNothing(readFileSync(file, 'utf8')) : undefined
  }
  const { success: isExport } = z.object({ name: z.literal(PACKAGE.name) }).safeParse(parsed('package.json'))
  const model = z.object({ files: z.array(z.string()) }).safeParse(parsed('model.json'))
  return isExport && model.success ? [...OWN_FILES, ...model.data.files] : []
}

async function running(dataDir: string | undefined): Promise<Objects> {
  const cloud = findRunning(dataDir)
  if (!cloud) throw new Error('No cloud was started here: `npm start` starts one; --stage asks a stage on AWS.')
  const { endpoint, functions } = cloud
  const analyzer = functions.find((name) => name.endsWith('-analyzer'))
  if (analyzer === undefined) throw new Error(`Bellwether does not run at ${endpoint}: \`npm start\` starts it.`)
  return bucketOf(analyzer, asOwner(cloud)).catch(orGone(endpoint))
}

/** The bucket of a stage, as a function of it knows it. */
async function bucketOf(functionName: string, place: S3ClientConfig & LambdaClientConfig): Promise<Objects> {
  const { Environment } = await new LambdaClient(place).send(
    new GetFunctionConfigurationCommand({ FunctionName: functionName }),
  )
  return s3Objects(new S3Client(place), Environment?.Variables?.BUCKET ?? '')
}

async function jobOf(objects: Objects, wanted: string | undefined): Promise<string> {
  if (wanted !== undefined && wanted !== 'latest') return wanted
  if (wanted === undefined) {
    const live = await readChampion(objects)
    if (!live) throw new Error('No model is live yet; --job latest exports the one that was trained last.')
    return live.champion.job
  }
  const latest = await latestTraining(objects)
  if (latest === undefined) throw new Error('No model was trained yet.')
  return latest
}

async function read(objects: Objects, job: string) {
  if (!(await objects.exists(keys.training({ job }))))
    throw new Error(`There is no model ${job}; --job latest exports the one that was trained last.`)
  const training = await objects.readJson(keys.training({ job }), trainingRecord)
  const [dataset, stored] = await Promise.all([
    objects.readJson(keys.dataset({ dataset: training.datasetId }), datasetRecord),
    objects.read(keys.card({ job })),
  ])
  const card = stored && parseJson(stored.body.toString('utf8'), cardRecord, keys.card({ job }))
  const { body, sha256 } = await archiveAt(objects, training.artefact, card?.artefact.sha256 ?? undefined)
  const archive = await unpackModel(body, training.artefact)
  // Loaded here, so that an unreadable model is refused now, not by its user.
  const place = { artefact: training.artefact, textVersion: dataset.textVersion, prior: training.prior }
  const loaded = await loadModel(archive, place)
  const files = new Map([...archive].filter(([name]) => name !== MANIFEST))
  const told: Told = {
    verdict: card?.verdict ?? null,
    labelStatus: dataset.labelStatus,
    scores: card?.scores.challenger ?? null,
  }
  const temperature = card?.calibration?.temperature
  const about = {
    job,
    datasetId: training.datasetId,
    engine: loaded.manifest.engine,
    labels: classifierOf(loaded, training.prior).labels,
    files: [...files.keys()],
    textVersion: loaded.manifest.textVersion,
    temperature: temperature ?? 1,
    calibrated: temperature !== undefined,
    prior: priorIn(loaded, training.prior),
    sha256,
  }
  return { about, told, files }
}

/** Complete or not at all. */
function write(out: string, files: Record<string, string | Uint8Array>): void {
  const target = path.resolve(out)
  mkdirSync(path.dirname(target), { recursive: true })
  const folder = mkdtempSync(`${target}-`)
  for (const [name, body] of Object.entries(files)) writeFileSync(path.join(folder, name), body)
  rmSync(target, { recursive: true, force: true })
  renameSync(folder, target)
}

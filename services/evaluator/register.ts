import { createHash } from 'node:crypto'
import { z } from 'zod'
import { readChampion } from '../../shared/champion'
import type { Invocation } from '../../shared/door'
import { ENGINES } from '../../shared/engines'
import { keys } from '../../shared/keys'
import { findJson, type Objects } from '../../shared/objects'
import { type CardRecord, cardRecord } from '../../shared/records'
import type { Registry } from './registry'

export interface RegisterPorts {
  objects: Pick<Objects, 'bucket' | 'read' | 'readJson' | 'create'>
  registry: Registry
  region: string
}

/** `models/<job>/registration.json`: the model's version in SageMaker's registry. */
const registrationRecord = z.object({
  job: z.string(),
  arn: z.string().nullable().describe('Null where no image of the region could serve the model.'),
})

/**
 * Register a judged model: approved when it is live, rejected with every reason when it is not. `champion.json` is
 * authoritative: a live model that somebody rejected in the console is approved again at its next evaluation.
 */
export async function register(ports: RegisterPorts, card: CardRecord): Promise<void> {
  const { objects, registry } = ports
  const known = await registrationOf(objects, card.job)
  const arn = known ? known.arn : await add(ports, card)
  if (arn === null) return

  const live = (await readChampion(objects))?.champion.job
  if (live === card.job) await approve(registry, arn, card.reasons)
  else {
    // A registered model was decided already; a rollback decides again.
    if (!known || (await registry.statusOf(arn)) === 'PendingManualApproval')
      await registry.decide(arn, 'Rejected', whyNotLive(card, live))
    if (live !== undefined) await approveChampion(ports, live)
  }
}

/**
 * After a rollback: approve the champion again and reject every later one, so that the latest approved version is the
 * champion.
 */
export async function registerRollback(ports: RegisterPorts, to: string, before: string): Promise<void> {
  const { objects, registry } = ports
  const passed = new Set<string>()
  for (let job: string | null = before; job !== null && job !== to && !passed.has(job);) {
    passed.add(job)
    const registered = await registrationOf(objects, job)
    if (registered?.arn) await registry.decide(registered.arn, 'Rejected', `rolled back: ${to} is live`)
    job = (await objects.readJson(keys.card({ job }), cardRecord)).champion
  }
  await approveChampion(ports, to)
}

/**
 * The registry is informative; `champion.json` decides. A permanent refusal of SageMaker, as in an account without
 * access, is a warning. A temporary one fails the invocation, so that Lambda retries it.
 */
export async function warnOfRefusal(
  log: Pick<Invocation['log'], 'warn'>,
  job: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isRefusal(error)) throw error
    log.warn('the model registry refused: the model is not listed there', {
      job,
      reason: `${error.name}: ${error.message}`,
    })
  }
}

/** An error of an AWS client that a retry would meet again. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof Error &&
  '$fault' in error &&
  error.$fault === 'client' &&
  !('$retryable' in error && error.$retryable) &&
  !/throttl|too ?many/i.test(error.name)

async function approveChampion({ objects, registry }: RegisterPorts, job: string): Promise<void> {
  const registered = await registrationOf(objects, job)
  if (!registered?.arn) return
  const { reasons } = await objects.readJson(keys.card({ job }), cardRecord)
  await approve(registry, registered.arn, reasons)
}

async function approve(registry: Registry, arn: string, reasons: readonly string[]): Promise<void> {
  if ((await registry.statusOf(arn)) !== 'Approved') await registry.decide(arn, 'Approved', reasons.join('; '))
}

const whyNotLive = ({ verdict, reasons }: CardRecord, live: string | undefined): string =>
  verdict === 'rejected' ? reasons.join('; ') : `promoted, and ${live ?? 'none'} is live by now`

async function registrationOf(objects: Pick<Objects, 'read'>, job: string) {
  return findJson(objects, keys.registration({ job }), registrationRecord)
}

/**
 * The ClientToken is a hash of the job, so that an invocation which crashes before storing the record makes no second
 * version.
 */
async function add({ objects, registry, region }: RegisterPorts, card: CardRecord): Promise<string | null> {
  const engine = ENGINES.find(({ name }) => name === card.training.engine)
  const image = engine?.servingImage?.(region)
  const arn = image === undefined ? null : await registry.add(versionOf(objects.bucket, image, card))
  await objects.create(keys.registration({ job: card.job }), `${JSON.stringify({ job: card.job, arn }, null, 2)}\n`)
  return arn
}

const JSON_TYPES = ['application/json', 'application/jsonlines']
const INSTANCES = ['ml.m5.large', 'ml.c5.xlarge'] as const

/** Everything that an endpoint needs to serve the model. */
function versionOf(bucket: string, image: string, card: CardRecord): Parameters<Registry['add']>[0] {
  return {
    ClientToken: sha256(card.job).slice(0, 36),
    ModelApprovalStatus: 'PendingManualApproval',
    ModelPackageDescription: `${card.job}, trained on dataset ${card.dataset.datasetId}`,
    InferenceSpecification: {
      Containers: [{ Image: image, ModelDataUrl: card.artefact.uri }],
      SupportedContentTypes: JSON_TYPES,
      SupportedResponseMIMETypes: JSON_TYPES,
      SupportedRealtimeInferenceInstanceTypes: [...INSTANCES],
      SupportedTransformInstanceTypes: [...INSTANCES],
    },
    ModelMetrics: {
      ModelQuality: {
        Statistics: {
          ContentType: 'application/json',
          // Without a digest: a later deletion adds to the card, and so changes its bytes.
          S3Uri: `s3://${bucket}/${keys.card({ job: card.job })}`,
        },
      },
    },
    CustomerMetadataProperties: propertiesOf(card),
  }
}

/** Lineage and headline as the console shows them. SageMaker allows letters, digits and `_.:/=+-@` in a value. */
function propertiesOf({ job, dataset, artefact, scores, window, ...card }: CardRecord): Record<string, string> {
  const { challenger, champion, majority } = scores
  const properties: Record<string, string | number | boolean | null | undefined> = {
    trainingJob: job,
    engine: card.training.engine,
    datasetId: dataset.datasetId,
    datasetKey: keys.dataset({ dataset: dataset.datasetId }),
    schemaVersion: dataset.schemaVersion,
    textVersion: dataset.textVersion,
    labelStatus: card.labelStatus,
    latestLabels: dataset.latestDate,
    artefactSha256: artefact.sha256,
    trainSha256: dataset.sha256.train,
    evaluationSha256: dataset.sha256.evaluation,
    labelIds: card.lineage.labels?.key,
    evaluationItems: window.items,
    macroF1: challenger?.macroF1,
    macroF1Low: challenger?.macroF1Interval?.low,
    macroF1High: challenger?.macroF1Interval?.high,
    accuracy: challenger?.accuracy,
    championMacroF1: champion?.macroF1,
    majorityMacroF1: majority.macroF1,
    temperature: card.calibration?.temperature,
    provisional: card.provisional,
    heldAgainst: card.champion,
  }
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) =>
      value === null || value === undefined
        ? []
        : [[name, typeof value === 'number' ? String(Number(value.toFixed(4))) : String(value)]],
    ),
  )
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

import { BellwetherError } from '../errors'
import { DEFAULT_ENGINE, ENGINES } from '.'
import { type Classifier, withPrior } from './classifier'
import type { Engine, Model, ModelFiles } from './engine'
import { MANIFEST, type ModelManifest, modelManifest } from './manifest'
import type { Prior } from './prior'

/** Where a model is, and what its archive does not say: SageMaker writes no `model.json`. */
export interface ModelPlace {
  /** The s3:// URI of its `model.tar.gz`. */
  artefact: string
  /** SHA-256 of the archive in hex, where known. */
  sha256?: string | null
  /** Id of the dataset that it was trained on. */
  textVersion: string
  prior?: Prior | null | undefined
}

/** A model in memory with its `model.json`: its own, or one made from what is known about the model. */
export interface LoadedModel {
  model: Model
  engine: Engine
  manifest: ModelManifest
}

/**
 * Load a model from the files of its archive. Without `model.json` it is a BlazingText model that SageMaker wrote.
 * MODEL_UNREADABLE names an unknown engine, or the file that is missing or broken.
 */
export async function loadModel(
  files: ModelFiles,
  { artefact: where, textVersion, prior }: ModelPlace,
  engines: readonly Engine[] = ENGINES,
): Promise<LoadedModel> {
  try {
    const own = files.get(MANIFEST)
    const manifest: ModelManifest = own
      ? parseManifest(own, `${where}#${MANIFEST}`)
      : { format: 1, engine: DEFAULT_ENGINE.name, textVersion, prior: prior ?? {} }
    const engine = engines.find(({ name }) => name === manifest.engine)
    if (!engine) {
      const known = engines.map(({ name }) => name).join(', ')
      throw new Error(
        `${where}#${MANIFEST}: found the engine ${manifest.engine}, expected one of ${known}; deploy the release that trained it`,
      )
    }
    const others = new Map([...files].filter(([name]) => name !== MANIFEST))
    return { model: await engine.load(others, { textVersion: manifest.textVersion, where }), engine, manifest }
  } catch (cause) {
    if (cause instanceof BellwetherError && cause.code === 'MODEL_UNREADABLE') throw cause
    throw new BellwetherError('MODEL_UNREADABLE', cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** The one place that knows where a prior is kept: in `model.json`, or beside an archive that has none. */
export const priorIn = ({ manifest }: Pick<LoadedModel, 'manifest'>, beside?: Prior | null): Prior | null =>
  Object.keys(manifest.prior).length > 0 ? manifest.prior : (beside ?? null)

export const classifierOf = (loaded: Pick<LoadedModel, 'model' | 'manifest'>, beside?: Prior | null): Classifier =>
  withPrior(loaded.model, priorIn(loaded, beside), loaded.manifest.textVersion)

function parseManifest(bytes: Uint8Array, where: string): ModelManifest {
  try {
    return modelManifest.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch (cause) {
    throw new Error(`${where}: not a description of a model`, { cause })
  }
}

// What `npm run export-model` puts beside the files of a model, bundled into one file without dependencies, with only
// the code that loads models of its engine.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type ModelAnswer, answersOf } from '../../shared/answers'
import { withPrior } from '../../shared/engines/classifier'
import type { LoadModel } from '../../shared/engines/engine'
import type { Prior } from '../../shared/engines/prior'
import { plainText } from '../../shared/text'

/** `model.json`: what a user should know of the model, and what its predictions need. */
export interface ModelDescription {
  /** Its training job. */
  job: string
  datasetId: string
  engine: string
  labels: readonly string[]
  /** The files of the model, which are in this package. */
  files: readonly string[]
  /** Version of the text function, which is in this package. */
  textVersion: string
  /** Temperature: divides the logarithms of the probabilities; 1 where none was fitted. */
  temperature: number
  calibrated: boolean
  /** The prediction for a text without a token that the model knows; null: equal shares. */
  prior: Prior | null
  /** SHA-256 of the original model.tar.gz, in hex. */
  sha256: string
}

export interface ExportedModel {
  about: ModelDescription
  labels: readonly string[]
  classify(text: string): Promise<ModelAnswer>
  classifyAll(texts: readonly string[]): Promise<ModelAnswer[]>
}

/** Makes the `load` of a package whose model is read by `loadModel`. */
export const loaderOf =
  (loadModel: LoadModel, ownFolder: string) =>
  async (folder: string = ownFolder): Promise<ExportedModel> => {
    // The exporter, of the same version as this file, wrote it.
    const about = JSON.parse(readFileSync(path.join(folder, 'model.json'), 'utf8')) as ModelDescription
    const { textVersion, prior, temperature } = about
    const files = new Map(about.files.map((name) => [name, readFileSync(path.join(folder, name))]))
    const classifier = withPrior(await loadModel(files, { textVersion, where: folder }), prior, textVersion)
    const { labels } = classifier
    const classifyAll = (texts: readonly string[]): Promise<ModelAnswer[]> =>
      answersOf({ classifier, temperature }, texts.map(plainText))
    // oxlint-disable-next-line typescript/no-non-null-assertion -- answersOf returns an answer for each text
    const classify = async (text: string): Promise<ModelAnswer> => (await classifyAll([text]))[0]!
    return { about, labels, classify, classifyAll }
  }

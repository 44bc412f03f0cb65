// What `npm run export-model` puts beside a model.bin, bundled into one file without dependencies.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type Answer, answersOf } from '../../shared/answers'
import { classifierOf } from '../../shared/classifier'
import { readModel } from '../../shared/fasttext'
import { plainText } from '../../shared/text'

/** `model.json`: what a user should know of the model, and what its answers need. */
export interface About {
  /** Its training job. */
  job: string
  datasetId: string
  labels: readonly string[]
  /** Version of the text function, which is in this package. */
  textVersion: string
  /** Divides the logarithms of the probabilities; 1 where none was fitted. */
  temperature: number
  calibrated: boolean
  /** Of the model.tar.gz it was taken out of, in hex. */
  sha256: string
}

export interface ExportedModel {
  about: About
  labels: readonly string[]
  classify(text: string): Answer
  classifyAll(texts: readonly string[]): Answer[]
}

/** Read the model of this package, or that of another folder with model.bin and model.json. Takes some milliseconds: keep it. */
export function load(folder: string = __dirname): ExportedModel {
  // Written by the exporter, which is of one version with this file.
  const about = JSON.parse(readFileSync(path.join(folder, 'model.json'), 'utf8')) as About
  const classifier = classifierOf(readModel(path.join(folder, 'model.bin')))
  const { labels } = classifier
  const classifyAll = (texts: readonly string[]): Answer[] =>
    answersOf({ classifier, textVersion: about.textVersion, temperature: about.temperature }, texts.map(plainText))
  const classify = (text: string): Answer => classifyAll([text])[0]!
  return { about, labels, classify, classifyAll }
}

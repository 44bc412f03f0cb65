import { concurrently } from '../concurrently'
import { keys } from '../keys'
import { findJson, type Objects, parseJson } from '../objects'
import { type AnswerLine, answerLine, type AskedRecord, askedRecord } from '../records'
import type { StreamName } from '../streams'
import { type Predictor, predictorParts } from './predictor'

/** A second predictor's answers about the messages of one day of a stream. */
export interface SecondOpinions {
  predictor: Predictor
  /**
   * The label of each message, as its index among the categories. A message that was not asked about, or about which
   * the model abstained, has none: it keeps the score of the champion.
   */
  labels: ReadonlyMap<string, number>
  /** Messages that equal an example of the prompt: they are not used in the share. */
  excluded: ReadonlySet<string>
  /** How far the day is asked about; undefined until a pass has ended. */
  asked: AskedRecord | undefined
  /** Identifies the stored answers: equal texts mean equal opinions. */
  version: string
}

type Bucket = Pick<Objects, 'read' | 'list'>

const READS_AT_ONCE = 8

/** The opinions about a day, by all names of its stream; undefined where the predictor was not asked about it. */
export async function readSecondOpinions(
  objects: Bucket,
  predictor: Predictor,
  categories: readonly string[],
  names: readonly StreamName[],
  date: string,
): Promise<SecondOpinions | undefined> {
  const parts = (await Promise.all(names.map((name) => partsOf(objects, predictor, name, date)))).flat()
  const records = await Promise.all(names.map((name) => readAsked(objects, predictor, name, date)))
  const asked = records.find((record) => record !== undefined)
  if (parts.length === 0 && !asked) return undefined
  const lines = await readAnswers(
    objects,
    parts.map(({ key }) => key),
  )
  const places = new Map(categories.map((name, i) => [name, i]))
  const labels = new Map<string, number>()
  for (const { message, label } of lines) {
    const place = label === undefined ? undefined : places.get(label)
    if (place !== undefined && !labels.has(message)) labels.set(message, place)
  }
  return {
    predictor,
    labels,
    excluded: new Set(records.flatMap((record) => record?.excluded ?? [])),
    asked,
    // A deletion removes lines from a part, which changes its ETag.
    version: parts.map(({ key, etag }) => `${key} ${etag}`).join('\n'),
  }
}

/** The parts of a day's answers, in the order of their keys. */
export async function partsOf(
  objects: Pick<Objects, 'list'>,
  predictor: Predictor,
  name: StreamName,
  date: string,
): Promise<{ key: string; etag: string }[]> {
  const found: { key: string; etag: string }[] = []
  for await (const { key, etag } of objects.list(keys.answers.start({ ...predictorParts(predictor), ...name, date })))
    if (keys.answers.match(key)) found.push({ key, etag })
  return found
}

/** The lines of these parts, in order; a removed part has none. */
export const readAnswers = async (objects: Pick<Objects, 'read'>, parts: readonly string[]): Promise<AnswerLine[]> =>
  (await concurrently(parts, READS_AT_ONCE, (key) => linesOfPart(objects, key))).flat()

async function linesOfPart(objects: Pick<Objects, 'read'>, key: string): Promise<AnswerLine[]> {
  const stored = await objects.read(key)
  const lines = (stored?.body.toString('utf8') ?? '').split('\n').filter(Boolean)
  return lines.map((line, i) => parseJson(line, answerLine, `${key}, line ${i + 1}`))
}

/** How far a day of a stream is asked about; undefined until a pass has ended. */
export const readAsked = (
  objects: Pick<Objects, 'read'>,
  predictor: Predictor,
  name: StreamName,
  date: string,
): Promise<AskedRecord | undefined> =>
  findJson(objects, keys.asked({ ...predictorParts(predictor), ...name, date }), askedRecord)

import { createHash } from 'node:crypto'
import { keys } from '../../../shared/keys'
import { cardExample, championExample } from '../../shared/card'
import { archiveOf, tinyModel } from '../../shared/models'
import type { World } from './world'

export interface Champion {
  macroF1?: number | null
  schemaVersion?: number
  textVersion?: string
  job?: string
  /** The bytes at the archive's key. */
  bytes: Buffer
  /** The archive whose hash was promoted. */
  archive?: Buffer
}

/** A model that maps one word to technical and the other to marketing. */
export const anArchive = (technical = 'debug', marketing = 'webinar'): Promise<Buffer> => {
  const examples = Array.from({ length: 40 }, (_, i) =>
    i % 2
      ? { label: 'technical', text: `${technical} ${technical}` }
      : { label: 'marketing', text: `${marketing} ${marketing}` },
  )
  return archiveOf({ 'model.bin': tinyModel(examples) })
}

/** Makes a model the champion. */
export async function putChampion(
  world: World,
  { macroF1 = 0.9, bytes, archive = bytes, job = championExample.job, ...more }: Champion,
): Promise<void> {
  const key = keys.artefact({ job })
  await world.bucket.put(key, bytes)
  const sha256 = createHash('sha256').update(archive).digest('hex')
  const champion = { ...championExample, job, artefact: `s3://${world.bucket.bucket}/${key}`, sha256, ...more }
  await world.bucket.put(keys.champion({}), JSON.stringify(champion))
  const { scores } = cardExample
  const card = { ...cardExample, scores: { ...scores, challenger: { ...scores.challenger, macroF1 } } }
  await world.bucket.put(keys.card({ job }), JSON.stringify(card))
}

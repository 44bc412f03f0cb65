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
  /** What is found where the archive should be. */
  bytes: Buffer
  /** The archive that was promoted. */
  archive?: Buffer
}

/** A model that takes one word for technical and the other for marketing. */
export const anArchive = (technical = 'debug', marketing = 'webinar'): Promise<Buffer> => {
  const examples = Array.from({ length: 40 }, (_, i) =>
    i % 2
      ? { label: 'technical', text: `${technical} ${technical}` }
      : { label: 'marketing', text: `${marketing} ${marketing}` },
  )
  return archiveOf({ 'model.bin': tinyModel(examples) })
}

/** A model is live. */
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

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Objects } from '../../shared/objects'
import { refusalIn } from '../../shared/refused'
import type { Cloud } from '../cloud'

const imported = z.object({ batch: z.string(), items: z.number(), refused: z.record(z.string(), z.number()) })

/**
 * Put a file of labels into the bucket and import it, as an owner of the stack would. Prints the result; `firstDay` is
 * the current day of the cloud.
 */
export async function importLabelFile(
  cloud: Pick<Cloud, 'invoke' | 'idle'>,
  objects: Pick<Objects, 'put'>,
  file: string,
  firstDay?: string,
): Promise<string> {
  const key = `imports/${path.basename(file)}`
  await objects.put(key, readFileSync(file))
  const { payload, functionError } = await cloud.invoke('labels', { import: key })
  if (functionError) throw new Error(z.object({ errorMessage: z.string() }).parse(JSON.parse(payload)).errorMessage)
  const why = refusalIn(payload)
  if (why !== undefined) throw new Error(why)
  await cloud.idle()
  const { batch, items, refused } = imported.parse(JSON.parse(payload))
  const reasons = Object.entries(refused).map(([reason, count]) => `${count} ${reason}`)
  return (
    `Imported ${items} labels from ${file} as batch ${batch}.` +
    (reasons.length > 0
      ? ` Left out, each with its reason in labeled/${batch}/refused.jsonl: ${reasons.join(', ')}.`
      : '') +
    (firstDay !== undefined && reasons.length > 0 ? ` npm start -- check --all ${file} names their lines.` : '') +
    (firstDay !== undefined && refused.clock !== undefined
      ? ` A replay begins on the first day of its posts: a label given after ${firstDay} is in the future there (clock).`
      : '')
  )
}

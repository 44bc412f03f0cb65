import { readCascades } from '../../shared/cascades/files'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { isShownBefore, type Post, postsOfRun } from '../../shared/posts'
import { runRecord } from '../../shared/records'
import type { StreamName } from '../../shared/streams'
import type { ShownText } from '../../shared/text'
import { cascadeId } from '../../shared/text/cascade'

/** The distinct messages of a day of a stream. */
export interface DayMessages {
  /** Keys of the files of cascades that they come from. */
  runs: string[]
  /** The shown text of each message that may be asked about. */
  shown: ReadonlyMap<string, ShownText>
  /** Messages that equal an example of the prompt. */
  excluded: string[]
}

type Bucket = Pick<Objects, 'list' | 'stream' | 'readJson'>

/** Keys of the files of cascades of a day, by all names of its stream. */
export async function cascadeFiles(
  objects: Pick<Objects, 'list'>,
  names: readonly StreamName[],
  date: string,
): Promise<string[]> {
  const found: string[] = []
  for (const name of names) {
    for await (const { key } of objects.list(keys.cascades.start({ ...name, date })))
      if (keys.cascades.match(key)) found.push(key)
  }
  return found.sort()
}

/** Keys of the files of cascades of a stream by day, from a day on; each day's as `cascadeFiles` has them. */
export async function filesByDay(
  objects: Pick<Objects, 'list'>,
  names: readonly StreamName[],
  from: string,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  for (const name of names) {
    const prefix = keys.cascades.start(name)
    for await (const { key } of objects.list(prefix, keys.cascades.start({ ...name, date: from }))) {
      const date = keys.cascades.match(key)?.date
      if (date !== undefined) found.set(date, [...(found.get(date) ?? []), key].sort())
    }
  }
  return found
}

/** Read the messages of a day, by the cascades that labelling assigned to its posts. Examples are exact forms of texts. */
export async function readDayMessages(
  objects: Bucket,
  names: readonly StreamName[],
  date: string,
  examples: ReadonlySet<string>,
): Promise<DayMessages> {
  const first = new Map<string, Pick<Post, 'id' | 'createdAt' | 'retweetOf'> & { shown: ShownText }>()
  const excluded = new Set<string>()
  const runs = await cascadeFiles(objects, names, date)
  for (const key of runs) {
    const parts = keys.cascades.match(key)
    if (!parts) continue
    const run = await objects.readJson(keys.run(parts), runRecord)
    const cascades = await readCascades(objects, parts)
    for await (const { id, createdAt, retweetOf, text, shown } of postsOfRun(objects, run)) {
      const message = cascades?.get(id)
      if (message === undefined) continue
      if (examples.has(cascadeId(text))) excluded.add(message)
      const one = { id, createdAt, retweetOf, shown }
      const other = first.get(message)
      if (!other || isShownBefore(one, other)) first.set(message, one)
    }
  }
  const shown = new Map([...first].flatMap(([message, post]) => (excluded.has(message) ? [] : [[message, post.shown]])))
  return { runs, shown, excluded: [...excluded].sort() }
}

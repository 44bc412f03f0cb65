import { readCascades, type RunName, writeCascades } from '../../shared/cascades'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { type Post, postsFromCsv } from '../../shared/posts'
import { runRecord } from '../../shared/records'
import { cascadeId } from '../../shared/text/cascade'

/** The posts that a run stored, and the cascade of each. */
export interface IdentifiedRun extends RunName {
  posts: Post[]
  cascades: ReadonlyMap<string, string>
}

/**
 * Read runs in the order of the log, and give the posts of each their cascades where they have none yet. What was given
 * stays, so a run that is read again has the same cascades for ever.
 */
export async function identifyRuns(
  objects: Pick<Objects, 'readJson' | 'stream' | 'exists' | 'create'>,
  runs: readonly string[],
): Promise<IdentifiedRun[]> {
  const identified: IdentifiedRun[] = []
  for (const key of [...runs].sort(byLog)) {
    const { hashtag, date, run, objects: pages } = await objects.readJson(key, runRecord)
    const posts: Post[] = []
    for (const page of pages) {
      for await (const post of postsFromCsv(await objects.stream(page.key))) posts.push(post)
    }
    const name = { hashtag, date, run }
    const cascades = (await readCascades(objects, name)) ?? (await give(objects, name, posts))
    identified.push({ ...name, posts, cascades })
  }
  return identified
}

async function give(
  objects: Pick<Objects, 'stream' | 'exists' | 'create'>,
  run: RunName,
  posts: readonly Post[],
): Promise<ReadonlyMap<string, string>> {
  const sorted = [...posts].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
  const given = new Map(sorted.map(({ id, text }) => [id, cascadeId(text)]))
  await writeCascades(objects, run, given)
  // Somebody else may have been first.
  return (await readCascades(objects, run)) ?? given
}

const placeOf = ({ createdAt, id }: Post): string => `${createdAt} ${id}`

/** By date, hashtag and run. */
function byLog(a: string, b: string): number {
  const place = (key: string) => {
    const parts = keys.run.match(key)
    return parts ? `${parts.date} ${parts.hashtag} ${parts.run}` : key
  }
  return place(a) < place(b) ? -1 : 1
}

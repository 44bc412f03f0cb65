import { readCascades } from '../../../shared/cascades/files'
import type { Objects } from '../../../shared/objects'
import { isShownBefore, postsOfRun } from '../../../shared/posts'
import type { RunRecord } from '../../../shared/records'
import type { ShownText } from '../../../shared/text'
import { cascadeId } from '../../../shared/text/cascade'
import { handlesIn, namesInAuthorId } from './plain-words'

/** A message with the post that shows it. */
export interface ReadMessage {
  post: string
  shown: ShownText
  language: string
  createdAt: string
  /** Id of the post that it repeats, or empty. */
  retweetOf: string
  /** Its author; empty if only repeats were collected, or the source does not say. */
  author: string
}

/** Messages of runs, by cascade. */
export interface ReadMessages {
  messages: Map<string, ReadMessage>
  /** Names after an at sign, in any post, and names of authors. */
  handles: Set<string>
}

/**
 * Read the requested messages from the pages of runs, each with the post that shows it. OBJECT_MISSING if the pages
 * have expired.
 */
export async function readWantedMessages(
  objects: Pick<Objects, 'stream'>,
  runs: readonly RunRecord[],
  isWanted: (cascade: string) => boolean,
): Promise<ReadMessages> {
  const messages = new Map<string, ReadMessage>()
  const handles = new Set<string>()
  for (const run of runs) {
    const cascades = await readCascades(objects, run)
    for await (const { id, text, shown, language, createdAt, retweetOf, authorId } of postsOfRun(objects, run)) {
      const cascade = cascades?.get(id) ?? cascadeId(text)
      for (const handle of [...handlesIn(text), ...namesInAuthorId(authorId)]) handles.add(handle)
      if (!isWanted(cascade)) continue
      const found = { post: id, shown, language, createdAt, retweetOf, author: retweetOf === '' ? authorId : '' }
      const before = messages.get(cascade)
      if (!before || isShownBefore({ ...found, id }, { ...before, id: before.post })) messages.set(cascade, found)
    }
  }
  return { messages, handles }
}

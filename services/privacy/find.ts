import { concurrently } from '../../shared/concurrently'
import { keys } from '../../shared/keys'
import { isShownBefore, type Post, postsFromCsv, shownPost } from '../../shared/posts'
import { runRecord } from '../../shared/records'
import { type ShownText, textFunction, tokenise } from '../../shared/text'
import { cascadeId } from '../../shared/text/cascade'
import type { TextEncoding } from '../../shared/text/encoding'
import type { Mark } from '../../shared/tombstones'
import { type Fields, objectsIn } from './files/clean'
import { byHeader, recordsOf } from './files/csv-records'
import { placeAt } from './files/kinds'
import { type Copy, type FoundTargets, type Marks, targetsOf } from './targets'
import type { Version, Versions } from './versions'

const READS_AT_ONCE = 8

/** A remaining post of a message. */
interface Remaining {
  post: Post
  shown: ShownText
}

interface Asked {
  posts: readonly string[]
  authors: readonly string[]
}

/**
 * Search the bucket for the requested posts, those of the authors, and what repeats them; for the messages that they
 * may have shown, each with its first remaining post; and for texts that nobody else has.
 */
export async function find(
  bucket: Pick<Versions, 'read'>,
  versions: readonly Version[],
  asked: Asked,
  marks: Marks,
  mark: Mark,
): Promise<FoundTargets> {
  const pages = versions.filter(({ key }) => keys.posts.match(key))
  const known = targetsOf(
    { posts: new Set(asked.posts), authors: new Set(asked.authors), items: new Map(), texts: new Map() },
    marks,
    mark,
  )
  const posts = await postsToDelete(bucket, pages, asked.posts, known)
  const isDeleted = (id: string) => posts.has(id) || known.isPost(id)
  const members = await membersOf(bucket, versions, isDeleted, new Set(marks.items), mark)
  const texts = new Map<string, string>()
  const copies = new Map<string, Remaining | null>([...members.items].map((item) => [item, null]))
  const remaining: { item: string; forms: string[] }[] = []
  await eachPage(bucket, versions, pages, (post, encoding) => {
    const item = members.itemOf.get(post.id) ?? (posts.has(post.id) ? cascadeId(post.text) : undefined)
    if (item === undefined) return
    const shown = shownPost(post, encoding)
    if (isDeleted(post.id)) {
      if (!copies.has(item)) copies.set(item, null)
      for (const form of formsOf(post.text, shown)) texts.set(form, item)
      return
    }
    remaining.push({ item, forms: formsOf(post.text, shown) })
    const before = copies.get(item)
    if (!before || isShownBefore(post, before.post)) copies.set(item, { post, shown })
  })
  for (const [text, item] of members.texts) if (!texts.has(text)) texts.set(text, item)
  for (const { forms } of remaining) for (const form of forms) texts.delete(form)
  const items = new Map<string, Copy | null>()
  for (const [item, copy] of copies) {
    if (copy) items.set(item, { post: copy.post.id, shown: copy.shown })
    else if (!members.shownByOthers.has(item)) items.set(item, null)
  }
  return { posts, authors: new Set(asked.authors), items, texts }
}

/** Every form of a text: as collected, as shown, as tokens of both versions, and its exact form's id. */
function formsOf(text: string, shown: ShownText): string[] {
  const first = textFunction('1')
  return [
    text,
    shown,
    tokenise(shown).join(' '),
    first.tokenise(first.formOf({ text, shown })).join(' '),
    cascadeId(text),
  ].filter((form) => form !== '')
}

async function postsToDelete(
  bucket: Pick<Versions, 'read'>,
  pages: readonly Version[],
  asked: readonly string[],
  known: Pick<ReturnType<typeof targetsOf>, 'isPost' | 'isAuthor'>,
): Promise<Set<string>> {
  const posts = new Set(asked)
  const repeats = new Map<string, string[]>()
  await concurrently(pages, READS_AT_ONCE, async (version) => {
    const page = await bucket.read(version)
    for await (const { id, authorId, retweetOf } of postsFromCsv(page?.body.toString('utf8') ?? '')) {
      if (known.isPost(id) || known.isAuthor(authorId) || known.isPost(retweetOf)) posts.add(id)
      if (retweetOf) repeats.set(retweetOf, [...(repeats.get(retweetOf) ?? []), id])
    }
  })
  // A set that grows while it is iterated is iterated to its end: repeats of repeats are included.
  for (const post of posts) for (const repeat of repeats.get(post) ?? []) posts.add(repeat)
  return posts
}

interface Members {
  /** The message of each post that is deleted or shares a message with one. */
  itemOf: Map<string, string>
  /** Messages with a deleted post. */
  items: Set<string>
  /** Texts by which documents showed a deleted post. */
  texts: Map<string, string>
  /** Messages that some document shows by a post that is not deleted. */
  shownByOthers: Set<string>
}

/**
 * The messages of deleted posts: from the files of cascades, and from the documents that say which post showed a
 * message.
 */
async function membersOf(
  bucket: Pick<Versions, 'read'>,
  versions: readonly Version[],
  isDeleted: (id: string) => boolean,
  before: ReadonlySet<string>,
  mark: Mark,
): Promise<Members> {
  const pairs: (readonly [post: string, item: string])[] = []
  const told: (readonly [post: string, item: string, text: string | undefined])[] = []
  await concurrently(versions, READS_AT_ONCE, async (version) => {
    const fields = tellsAt(version.key)
    const isCascades = keys.cascades.match(version.key) !== undefined
    if (!fields && !isCascades) return
    const text = (await bucket.read(version))?.body.toString('utf8') ?? ''
    if (isCascades) {
      for (const pair of pairsOf(text)) pairs.push(pair)
      return
    }
    for (const object of objectsIn(documentsOf(text))) {
      const post = fields?.post?.map((name) => object[name]).find((one) => typeof one === 'string')
      const shown = fields?.text?.map((name) => object[name]).find((one) => typeof one === 'string')
      if (typeof object.item === 'string' && typeof post === 'string' && post !== '')
        told.push([post, object.item, typeof shown === 'string' ? shown : undefined])
    }
  })

  const wasAffected = (item: string) => before.size > 0 && before.has(mark('item', item))
  const items = new Set<string>()
  for (const [post, item] of [...pairs, ...told]) if (isDeleted(post) || wasAffected(item)) items.add(item)
  const itemOf = new Map<string, string>()
  for (const [post, item] of [...pairs, ...told]) if (items.has(item)) itemOf.set(post, item)
  const texts = new Map<string, string>()
  const shownByOthers = new Set<string>()
  for (const [post, item, text] of told) {
    if (!items.has(item)) continue
    if (!isDeleted(post)) shownByOthers.add(item)
    else if (text) texts.set(text, item)
  }
  return { itemOf, items, texts, shownByOthers }
}

function* pairsOf(csv: string): Iterable<readonly [string, string]> {
  let header: readonly string[] | undefined
  for (const { cells } of recordsOf(csv)) {
    if (header) {
      const { post_id: post = '', cascade = '' } = byHeader(header, cells)
      yield [post, cascade]
    } else header = cells
  }
}

/** A JSON document, or one for each line; unreadable lines are skipped. */
function documentsOf(text: string): unknown[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const read = lines.flatMap((line): unknown[] => {
    try {
      return [JSON.parse(line)]
    } catch {
      return []
    }
  })
  if (read.length === lines.length) return read
  try {
    return [JSON.parse(text)]
  } catch {
    return read
  }
}

/** Every post of every version of the pages, with the text format of its run. */
async function eachPage(
  bucket: Pick<Versions, 'read'>,
  versions: readonly Version[],
  pages: readonly Version[],
  visit: (post: Post, encoding: TextEncoding) => void,
): Promise<void> {
  const encodings = new Map<string, TextEncoding>()
  await concurrently(
    versions.filter(({ key, latest }) => latest && keys.run.match(key)),
    READS_AT_ONCE,
    async (version) => {
      const found = await bucket.read(version)
      const run = runRecord.safeParse(JSON.parse(found?.body.toString('utf8') ?? 'null'))
      if (run.success) encodings.set(folderOf(version.key), run.data.textEncoding)
    },
  )
  await concurrently(pages, READS_AT_ONCE, async (version) => {
    const page = await bucket.read(version)
    const encoding = encodings.get(folderOf(version.key)) ?? 'html'
    for await (const post of postsFromCsv(page?.body.toString('utf8') ?? '')) visit(post, encoding)
  })
}

const tellsAt = (key: string): Fields | undefined => {
  const place = placeAt(key)
  return place.rewrite && place.tells
}

const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/'))

import type { DeletionRecord } from '../../shared/records'
import type { ShownText } from '../../shared/text'
import type { Mark } from '../../shared/tombstones'

/** A remaining post of a message, which becomes the shown one. */
export interface Copy {
  post: string
  shown: ShownText
}

/**
 * What is to be deleted. An invocation that resumes no longer finds everything in the bucket, so it also uses the marks
 * that an earlier one stored.
 */
export interface DeletionTargets {
  isPost(id: string): boolean
  isAuthor(id: string): boolean
  /** Whether a deleted post showed this message and no post of it remains. */
  isGone(item: string): boolean
  /** The remaining post that shows a message from now on; undefined where none remains, or none was deleted. */
  copyOf(item: string): Copy | undefined
  /** The message of a text that only deleted posts had: raw, shown, as tokens, or its exact form's id. */
  itemOfText(text: string): MarkedItem | undefined
}

/** A message by its id or, where only an earlier invocation knew it, by its mark. */
export interface MarkedItem {
  copy: Copy | undefined
}

/** What a search found, in clear, and what earlier invocations found, as marks. */
export interface FoundTargets {
  posts: ReadonlySet<string>
  authors: ReadonlySet<string>
  /** The remaining copy of each message that a deleted post may have shown, or null. */
  items: ReadonlyMap<string, Copy | null>
  /** The message of each text. */
  texts: ReadonlyMap<string, string>
}

export type Marks = DeletionRecord['marks']

/** The marks of what was found, added to the existing ones. */
export function marksOf(found: FoundTargets, mark: Mark, before: Marks): Marks {
  const union = (kind: 'post' | 'author' | 'item', values: Iterable<string>, known: readonly string[]) =>
    [...new Set([...known, ...Array.from(values, (value) => mark(kind, value))])].sort()
  return {
    posts: union('post', found.posts, before.posts),
    authors: union('author', found.authors, before.authors),
    items: union('item', found.items.keys(), before.items),
    texts: {
      ...before.texts,
      ...Object.fromEntries(Array.from(found.texts, ([text, item]) => [mark('text', text), mark('item', item)])),
    },
  }
}

/** `asked` are the marks that the invocation began with: they identify posts and authors that no search found. */
export function targetsOf(found: FoundTargets, asked: Marks, mark: Mark): DeletionTargets {
  const isMarked = membership(mark)
  const isPost = isMarked('post', found.posts, asked.posts)
  const isAuthor = isMarked('author', found.authors, asked.authors)
  const isItem = isMarked('item', new Set(found.items.keys()), asked.items)
  const texts = new Map(Object.entries(asked.texts))
  const itemsByMark = new Map(
    texts.size === 0 ? [] : Array.from(found.items, ([item, copy]) => [mark('item', item), copy] as const),
  )
  return {
    isPost,
    isAuthor,
    isGone: (item) => isItem(item) && !found.items.get(item),
    copyOf: (item) => found.items.get(item) ?? undefined,
    itemOfText: (text) => {
      const item = found.texts.get(text)
      if (item !== undefined) return { copy: found.items.get(item) ?? undefined }
      if (texts.size === 0) return undefined
      const marked = texts.get(mark('text', text))
      return marked === undefined ? undefined : { copy: itemsByMark.get(marked) ?? undefined }
    },
  }
}

/**
 * Marks are expensive: one is computed only while some of the requested ones are unexplained, and once for each value.
 */
const membership =
  (mark: Mark) => (kind: 'post' | 'author' | 'item', known: ReadonlySet<string>, asked: readonly string[]) => {
    const explained = new Set(Array.from(known, (value) => mark(kind, value)))
    const left = new Set(asked.filter((one) => !explained.has(one)))
    const answers = new Map<string, boolean>()
    return (value: string): boolean => {
      if (known.has(value)) return true
      if (left.size === 0 || value === '') return false
      const before = answers.get(value)
      if (before !== undefined) return before
      const answer = left.has(mark(kind, value))
      answers.set(value, answer)
      return answer
    }
  }

import { deskPlaceOf, type Sent } from './work'

/** The part of the browser's storage that the outbox uses. */
export interface Keeper {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** Answers that the desk has not confirmed yet. They outlive the page, and hold only ids and labels: no text of a post. */
export interface Outbox {
  put(sent: Sent): void
  /** The answers in the order in which they were put, also by an earlier page. */
  waiting(): Sent[]
  /** Remove an answer that the desk confirmed. A later revision that was put meanwhile stays. */
  settle(sent: Sent): void
  /** The answer that another tab put, from a storage event's key and value; nothing where the event is about something else. */
  heard(key: string | null, value: string | null): Sent | undefined
}

/**
 * The answers of one annotator. Each has a key of its own, so that two tabs do not overwrite each other's. Where the
 * browser keeps nothing (some private windows) they are kept while the page is open.
 */
export function createOutbox(storage: Keeper | undefined, name: string, now: () => number = Date.now): Outbox {
  const keeper = storage ?? inMemory()
  const prefix = `bellwether-desk:${name}:answer:`
  const keyOf = (sent: Sent) => prefix + deskPlaceOf(sent)
  const read = (key: string): Put | undefined => putIn(keeper.getItem(key))
  const all = () =>
    Array.from({ length: keeper.length }, (_, i) => keeper.key(i) ?? '')
      .filter((key) => key.startsWith(prefix))
      .flatMap((key) => read(key) ?? [])
      .sort((a, b) => a.place - b.place)
  return {
    put: (sent) => {
      const place = Math.max(now(), (all().at(-1)?.place ?? 0) + 1)
      keeper.setItem(keyOf(sent), JSON.stringify({ sent, place } satisfies Put))
    },
    waiting: () => all().map(({ sent }) => sent),
    settle: (sent) => {
      const kept = read(keyOf(sent))
      if (kept && kept.sent.revision <= sent.revision) keeper.removeItem(keyOf(sent))
    },
    heard: (key, value) => (key?.startsWith(prefix) ? putIn(value)?.sent : undefined),
  }
}

/** An answer with its place in the order: a browser's storage keeps no order. */
interface Put {
  sent: Sent
  place: number
}

function putIn(text: string | null): Put | undefined {
  try {
    const value: unknown = JSON.parse(text ?? 'null')
    return isPut(value) ? value : undefined
  } catch {
    return undefined
  }
}

function inMemory(): Keeper {
  const kept = new Map<string, string>()
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    key: (index) => [...kept.keys()][index] ?? null,
    get length() {
      return kept.size
    },
  }
}

const isPut = (value: unknown): value is Put =>
  has(value, 'sent', 'place') && has(value.sent, 'batch', 'item', 'revision')

const has = <K extends string>(value: unknown, ...keys: K[]): value is Record<K, unknown> =>
  typeof value === 'object' && value !== null && keys.every((key) => key in value)

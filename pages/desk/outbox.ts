import { placeOf, type Sent } from './work'

/** What of the browser's storage is used. */
export interface Keeper {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** Answers that the desk has not yet said it has. They outlive the page: no post stands in them, only ids and labels. */
export interface Outbox {
  put(sent: Sent): void
  waiting(): Sent[]
  /** The desk answered for this one; a later revision that was put meanwhile stays. */
  settle(sent: Sent): void
}

/**
 * The answers of one annotator. Each has a key of its own, so that two tabs do not overwrite each other's. Where the
 * browser keeps nothing (some private windows) they are kept while the page is open.
 */
export function createOutbox(storage: Keeper | undefined, name: string): Outbox {
  const keeper = storage ?? inMemory()
  const prefix = `bellwether-desk:${name}:answer:`
  const keyOf = (sent: Sent) => prefix + placeOf(sent)
  const read = (key: string): Sent | undefined => {
    try {
      const value: unknown = JSON.parse(keeper.getItem(key) ?? 'null')
      return isSent(value) ? value : undefined
    } catch {
      return undefined
    }
  }
  return {
    put: (sent) => keeper.setItem(keyOf(sent), JSON.stringify(sent)),
    waiting: () =>
      Array.from({ length: keeper.length }, (_, i) => keeper.key(i) ?? '')
        .filter((key) => key.startsWith(prefix))
        .flatMap((key) => read(key) ?? []),
    settle: (sent) => {
      const kept = read(keyOf(sent))
      if (kept && kept.revision <= sent.revision) keeper.removeItem(keyOf(sent))
    },
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

const isSent = (value: unknown): value is Sent =>
  typeof value === 'object' && value !== null && 'batch' in value && 'item' in value && 'revision' in value

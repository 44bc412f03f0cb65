/** What a warm function keeps of objects that never change under their name: the least recently used go first. */
export interface Memory {
  /** The value of this name; `make` is asked where it is not kept. `size` is about what it holds, in bytes. */
  of<T>(name: string, size: number, make: () => Promise<T>): Promise<T>
}

/** A memory of at most so many bytes. A name must stand for one value of one type, whoever asks. */
export function makeMemory(mostBytes: number): Memory {
  const kept = new Map<string, { value: unknown; size: number }>()
  let bytes = 0
  return {
    of: async <T>(name: string, size: number, make: () => Promise<T>): Promise<T> => {
      const known = kept.get(name)
      if (known) {
        kept.delete(name)
        kept.set(name, known)
        // As the docstring asks of the caller.
        return known.value as T
      }
      const value = await make()
      bytes += size - (kept.get(name)?.size ?? 0)
      kept.delete(name)
      kept.set(name, { value, size })
      for (const [oldest, { size: freed }] of kept) {
        if (bytes <= mostBytes) break
        kept.delete(oldest)
        bytes -= freed
      }
      return value
    },
  }
}

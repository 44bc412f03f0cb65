/** A list of 32-bit integers that grows without copying what it holds. */
export type Integers = { length: number; chunks: Int32Array[] }

const CHUNK = 1 << 17

export const noIntegers = (): Integers => ({ length: 0, chunks: [] })

export function push(list: Integers, value: number): void {
  const at = list.length & (CHUNK - 1)
  if (at === 0) list.chunks.push(new Int32Array(CHUNK))
  list.chunks[list.chunks.length - 1]![at] = value
  list.length++
}

export function pushAll(list: Integers, values: Int32Array, count: number): void {
  for (let done = 0; done < count;) {
    const at = list.length & (CHUNK - 1)
    if (at === 0) list.chunks.push(new Int32Array(CHUNK))
    const some = Math.min(count - done, CHUNK - at)
    const chunk = list.chunks[list.chunks.length - 1]!
    for (let i = 0; i < some; i++) chunk[at + i] = values[done + i]!
    done += some
    list.length += some
  }
}

/** Moves the list into `target` and leaves it empty, so that both are never whole at once. */
export function drain(list: Integers, target: Int32Array): void {
  let from = 0
  for (let chunk = list.chunks.shift(); chunk; chunk = list.chunks.shift()) {
    const some = Math.min(CHUNK, list.length - from)
    target.set(chunk.subarray(0, some), from)
    from += some
  }
  list.length = 0
}

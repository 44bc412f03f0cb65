/** Run work for each item, at most `width` at a time; results in the order of the items. Ends with the first error. */
export async function concurrently<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T, place: number) => Promise<R>,
): Promise<R[]> {
  const answers: R[] = []
  // All workers take their items from this one iterator.
  const queue = items.entries()
  const worker = async () => {
    for (const [i, item] of queue) answers[i] = await work(item, i)
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
  return answers
}

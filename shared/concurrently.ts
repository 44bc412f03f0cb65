/** Run work for each item, at most `width` at a time; results in the order of the items. Ends with the first error. */
export async function concurrently<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T, place: number) => Promise<R>,
): Promise<R[]> {
  const answers: R[] = []
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const i = next++
      // The index is in the list, as tested above.
      answers[i] = await work(items[i]!, i)
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
  return answers
}

/** How a value of JSON begins. Throwing for each of 100,000 words would take seconds. */
const BEGINNING = /^\s*[[{"\-\dtfn]/

/** The value of a JSON text; undefined without a text or for invalid JSON. */
export function jsonOrNothing(text: string | undefined): unknown {
  try {
    return text === undefined || !BEGINNING.test(text) ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

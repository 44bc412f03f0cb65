/** How a value of JSON begins. Throwing for each of 100,000 words would take seconds. */
const BEGINNING = /^\s*[[{"\-\dtfn]/

/** What a text of JSON says, or nothing where there is no text or it is not JSON. */
export function jsonOrNothing(text: string | undefined): unknown {
  try {
    return text === undefined || !BEGINNING.test(text) ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

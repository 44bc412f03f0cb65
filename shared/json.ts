/** What a text of JSON says, or nothing where there is no text or it is not JSON. */
export function jsonOrNothing(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The value of a JSON text; undefined without a text or for invalid JSON. */
export function jsonOrNothing(text: string | undefined): unknown {
  try {
    return text === undefined || !isLikelyJson(text) ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

const SCALAR = /^(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/

/** Whether a text begins and ends as JSON does. Throwing for each of 100,000 words would take seconds. */
function isLikelyJson(text: string): boolean {
  const value = text.trim()
  switch (value[0]) {
    case '"':
      return value.endsWith('"')
    case '[':
      return value.endsWith(']')
    case '{':
      return value.endsWith('}')
    default:
      return SCALAR.test(value)
  }
}

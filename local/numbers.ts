/** Reads numeric options; each mistake is added to `problems`. */
export const makeNumbers =
  <Name extends string>(values: Partial<Record<Name, unknown>>, problems: string[]) =>
  (name: Name, low: number, high: number, whole = true): number | undefined => {
    const given = values[name]
    if (typeof given !== 'string') return undefined
    const value = Number(given)
    if (given.trim() === '' || !(value >= low && value <= high) || (whole && !Number.isInteger(value))) {
      problems.push(`--${name} takes ${whole ? 'a whole number' : 'a number'} from ${low} to ${high}, not "${given}"`)
    }
    return value
  }

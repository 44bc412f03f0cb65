export const sum = (values: Iterable<number>): number => {
  let total = 0
  for (const value of values) total += value
  return total
}

export const zeros = (length: number): number[] => Array.from({ length }, () => 0)

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** Into [0, 1]. */
export const clip = (value: number): number => clamp(value, 0, 1)

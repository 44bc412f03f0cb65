/** The most that something costs, in US dollars, and how that is computed. Null without a known price. */
export interface Cost {
  usd: number | null
  how: string
}

export const dollars = (usd: number): string =>
  `$${usd >= 1 || usd === 0 ? usd.toFixed(2) : Number(usd.toPrecision(3))}`

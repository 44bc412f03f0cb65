/** What something costs at most, in US dollars, and how that comes about. Without a known price: null. */
export interface Cost {
  usd: number | null
  how: string
}

export const dollars = (usd: number): string =>
  `$${usd >= 1 || usd === 0 ? usd.toFixed(2) : Number(usd.toPrecision(3))}`

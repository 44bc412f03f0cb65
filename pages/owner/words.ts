/** `23 Nov 2026, 20:12 UTC`. */
export function instant(iso: string): string {
  const at = new Date(/Z$|[+-]\d\d:\d\d$/.test(iso) ? iso : `${iso}Z`)
  const day = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
  return `${day}, ${at.toISOString().slice(11, 16)} UTC`
}

export const usd = (amount: number): string => `$${amount.toFixed(2)}`

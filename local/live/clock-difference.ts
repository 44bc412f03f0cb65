import type { Ask } from '../../services/collector/sources/http'

/** Responses may take some seconds, and a clock may be slightly off without harm. */
const HARMLESS_MS = 10 * 60_000

/**
 * The difference between the clock here and that of a network, in a sentence; undefined where there is none, or where
 * the network does not tell. Days are cut off by the clock, and a window in the future has no posts.
 */
export async function clockDifference(ask: Ask, address: string, nowMs: number): Promise<string | undefined> {
  const answer = await ask(new URL('/', address)).catch(() => undefined)
  const there = Date.parse(answer?.headers.get('date') ?? '')
  const difference = nowMs - there
  if (Number.isNaN(there) || Math.abs(difference) < HARMLESS_MS) return undefined
  const minutes = Math.round(Math.abs(difference) / 60_000)
  const long = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`
  const here = new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ')
  return (
    `The time here, ${here} UTC, is ${long} ${difference > 0 ? 'ahead of' : 'behind'} that of ${new URL(address).host}: ` +
    'days are cut off by it; set the clock of this machine.'
  )
}

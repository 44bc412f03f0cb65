/** A token bucket, as a stage's throttling is one. Pure but for its own count; time comes in. */
export function createThrottle(ratePerSecond: number, burst: number): (now: number) => boolean {
  let tokens = burst
  let last: number | undefined
  return (now) => {
    tokens = Math.min(burst, tokens + ((now - (last ?? now)) / 1000) * ratePerSecond)
    last = now
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}

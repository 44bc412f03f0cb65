/** A token bucket for a stage's throttling. The caller passes the time. */
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

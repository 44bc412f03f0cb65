import type { Cost } from '../cost'

/** Lambda on arm64, us-east-1: US dollars a GB-second. https://aws.amazon.com/lambda/pricing/ */
const GB_SECOND_USD = 0.0000133334
/** Memory of the analyzer. */
const GB = 2
const POSTS = 1_000_000

/** The cost of an engine that runs inside the calling function. `postsPerSecond` is measured on one core. */
export function costInFunction(postsPerSecond: number): Cost {
  const seconds = Math.ceil(POSTS / postsPerSecond)
  return {
    usd: Number((seconds * GB * GB_SECOND_USD).toPrecision(2)),
    how: `${seconds} s of the analyzer with ${GB} GB: about ${postsPerSecond} posts a second on one core`,
  }
}

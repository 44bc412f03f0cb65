import { createHash } from 'node:crypto'
import type { LanguageModel } from '../../packages/embedded-aws/src/bedrock'
import { cascadeId } from '../../shared/text/cascade'
import { TEXT_ENCODINGS, textOfSource } from '../../shared/text/encoding'
import { leadingLabels } from './annotators'
import type { FilePost } from './posts'

/**
 * How often it fails in each of Bedrock's ways, in a thousand posts; in addition, one request in forty is throttled.
 */
const FAILURES = [
  ['cut-off', 5],
  ['malformed', 5],
  ['refusal', 3],
  ['guardrail', 2],
] as const
const THROTTLED_EVERY = 40

/**
 * A simulated language model: right in a share of the posts, and sometimes without an answer. Its answer depends only
 * on the seed and the post. Throttling depends on the number of requests, so a throttled post is answered later.
 */
export function simulatedModel(posts: readonly FilePost[], mistakes: number, seed: number): LanguageModel {
  const leading = leadingLabels(posts)
  // A file's texts may have entities, which people and models never see.
  const known = new Map(
    posts.flatMap(({ text }) => {
      const label = leading.get(cascadeId(text))?.[0]
      return TEXT_ENCODINGS.map((encoding) => [String(textOfSource(text, encoding).shown), label] as const)
    }),
  )
  let requests = 0
  return ({ user, choices }) => {
    requests += 1
    if (requests % THROTTLED_EVERY === 0) return 'throttled'
    const { post } = JSON.parse(user) as { post: string }
    let place = uniform(seed, 'fails', post) * 1000
    for (const [failure, often] of FAILURES) {
      if (place < often) return failure
      place -= often
    }
    // The last choice is to abstain.
    const labels = choices.slice(0, -1)
    const truth = known.get(post)
    if (truth === undefined) return { input: { label: choices.at(-1) } }
    if (uniform(seed, 'errs', post) >= mistakes) return { input: { label: truth } }
    const others = labels.filter((label) => label !== truth)
    return { input: { label: others[Math.floor(uniform(seed, 'to', post) * others.length)] ?? truth } }
  }
}

const uniform = (seed: number, ...parts: readonly string[]): number =>
  createHash('sha256')
    .update(`${seed} llm ${parts.join(' ')}`)
    .digest()
    .readUInt32BE() /
  2 ** 32

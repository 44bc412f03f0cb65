import { z } from 'zod'
import type { Invocation } from '../../shared/door'
import { type Analysis, analyze, type Ports } from './analyze'
import { type Answer, ask } from './ask'

const hashtag = z.string().regex(/^[^#/\s]+$/, 'a hashtag without #')

/** `{"hashtag":"aws","date":"2026-11-21"}` brings a day up to date; `{"text":"…"}` and `{"texts":["…"]}` are answered. */
export const analyzerRequest = z.union([
  z.strictObject({ hashtag, date: z.iso.date() }),
  z.strictObject({ text: z.string() }),
  z.strictObject({ texts: z.array(z.string()).min(1).max(10_000) }),
])

export const respond =
  (ports: Ports) =>
  async (
    request: z.infer<typeof analyzerRequest>,
    invocation: Invocation,
  ): Promise<Analysis | Answer | { answers: Answer[] }> => {
    if ('hashtag' in request) return analyze(ports)(request, invocation)
    if ('texts' in request) return { answers: await ask(ports)(request.texts) }
    const [answer] = await ask(ports)([request.text])
    return answer!
  }

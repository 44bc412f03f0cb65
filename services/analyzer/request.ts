import { z } from 'zod'
import type { Invocation } from '../../shared/door'
import { type Analysis, analyze, type Ports } from './analyze'
import { type Answer, ask } from './ask'
import type { Day } from './days'
import { relabelled } from './relabelled'

const since = z.iso.datetime().optional().describe('Of a request that waited in the queue: when it was made.')
const hashtag = z.string().regex(/^[^#/\s]+$/, 'a hashtag without #')

/** `{"labels":"2026-11-21"}` reports anew what the labels of a batch bear on; `{"hashtag":"aws","date":"2026-11-21"}` brings a day up to date; `{"text":"…"}` and `{"texts":["…"]}` are answered. */
export const analyzerRequest = z.union([
  z.strictObject({ hashtag, date: z.iso.date(), since }),
  z.strictObject({ labels: z.string().regex(/^[\w-]+$/, 'the name of a batch'), since }),
  z.strictObject({ text: z.string() }),
  z.strictObject({ texts: z.array(z.string()).min(1).max(10_000) }),
])

export const respond =
  (ports: Ports) =>
  async (
    request: z.infer<typeof analyzerRequest>,
    invocation: Invocation,
  ): Promise<Analysis | Answer | { answers: Answer[] } | { days: Day[] }> => {
    if ('hashtag' in request) return analyze(ports)(request, invocation)
    if ('labels' in request) return relabelled(ports)(request, invocation)
    if ('texts' in request) return { answers: await ask(ports)(request.texts) }
    const [answer] = await ask(ports)([request.text])
    return answer!
  }

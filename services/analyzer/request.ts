import { z } from 'zod'
import type { Invocation } from '../../shared/door'
import { streamFields } from '../../shared/stream-fields'
import { sunday } from '../../shared/sunday'
import { type Analysis, analyze, bringUpToDate, type AnalysisOutcome, type AnalyzePorts } from './analyze'
import { type ChampionAnswer, askChampion } from './ask'
import { covariancesOf } from './covariances'
import { decideWeek, type Decision } from './moved'
import { afterWait, reportRelabelled } from './relabelled'
import type { StreamDay } from '../../shared/streams'

const batch = z.string().regex(/^[\w-]+$/, 'the name of a batch')
const since = z.iso.datetime().optional().describe('Of a request that a release before put on the queue.')

/**
 * `{"hashtag":"aws","date":"2026-11-21"}` brings a day of the first network up to date; `"stream":"mastodon"` selects another
 * network. `{"labels":"2026-11-21"}` recomputes every report that the
 * labels of a batch affect; `{"text":"…"}` and `{"texts":["…"]}` are classified. Messages on the queue:
 * `{"hashtag":"aws","days":["2026-11-21"],"classify":true}`, and `{"settled":"2026-11-21"}` for labels that came in a little while ago.
 * `{"week":"last"}`, or a Sunday, decides whether the shares of that week moved.
 */
export const analyzerRequest = z.union([
  z.strictObject({ ...streamFields, date: z.iso.date(), since }),
  z.strictObject({ labels: batch, since }),
  z.strictObject({ ...streamFields, days: z.array(z.iso.date()), classify: z.boolean().optional() }),
  z.strictObject({ settled: batch }),
  z.strictObject({ week: z.union([z.literal('last'), sunday]) }),
  z.strictObject({ text: z.string() }),
  z.strictObject({ texts: z.array(z.string()).min(1).max(10_000) }),
])

export const answerAnalyzer =
  (ports: AnalyzePorts) =>
  async (
    request: z.infer<typeof analyzerRequest>,
    invocation: Invocation,
  ): Promise<
    Analysis | Decision | AnalysisOutcome | ChampionAnswer | { answers: ChampionAnswer[] } | { days: StreamDay[] }
  > => {
    if ('date' in request) return analyze(ports)(request, invocation)
    if ('days' in request) return bringUpToDate(ports)(request, invocation)
    if ('labels' in request) return reportRelabelled(ports)(request.labels, invocation)
    if ('week' in request) {
      return decideWeek({ ...ports, covariances: covariancesOf(ports) })(request.week, invocation)
    }
    if ('settled' in request) return afterWait(ports)(request.settled, invocation)
    if ('texts' in request) return { answers: await askChampion(ports)(request.texts) }
    const [answer] = await askChampion(ports)([request.text])
    // oxlint-disable-next-line typescript/no-non-null-assertion -- askChampion returns an answer for each text
    return answer!
  }

import type { ModelInBrief, ReportOverview, ScoresInBrief } from '../../services/report/overview'
import { dateInWords, many } from '../../shared/words'
import { percent } from '../../shared/share-sentence'
import { scoreWithInterval, withShortJobs } from './words'

/** The models in words: which engine is live since when, how good it is, and which models lost against it. */
export function modelsInWords({ models, champion, live, engines }: ReportOverview): {
  title: string
  sentences: string[]
} {
  const [newest] = models
  if (!newest) {
    return {
      title: 'No model has been trained yet.',
      sentences: [
        'The first follows when there are enough labels to learn from. Until then shares rest on labels alone.',
      ],
    }
  }
  if (!champion) {
    return {
      title: 'No model is live.',
      sentences: [
        'Shares rest on labels alone.',
        rejectedIn(models, 'No model was rejected.', ['model was rejected', 'models were rejected']),
      ],
    }
  }
  const judged = models.find(({ job }) => job === champion.job)
  const engine = judged?.engine ?? engines.find(({ isLive }) => isLive)?.engine
  const since = dateInWords(champion.promotedAt.slice(0, 10))
  const which = engine === undefined ? 'A model' : `A model of the engine ${engine}`
  return {
    title: `${which} is live since ${since}${champion.provisional ? ', provisionally' : ''}.`,
    sentences: [
      howGood(live, judged),
      rejectedIn(
        judged ? models.slice(0, models.indexOf(judged)) : models.filter(({ against }) => against === champion.job),
        'No model has lost against it since.',
        ['model has lost against it since', 'models have lost against it since'],
      ),
    ],
  }
}

function howGood(live: ScoresInBrief | null, judged: ModelInBrief | undefined): string {
  if (live) return `On ${many(live.items, 'label')} that people gave since, ${rightIn(live)}. It had seen none of them.`
  const gate = judged?.scores
  if (!gate) return 'Nobody has measured it yet.'
  const base =
    judged.majority === null ? '' : ` Always saying the most frequent label has ${judged.majority.toFixed(2)}.`
  return `When it was judged, ${rightIn(gate)}, on ${many(gate.items, 'label')}.${base} The score of a winner flatters it: how it does on new labels is not known yet.`
}

const rightIn = ({ accuracy, macroF1, macroF1Interval }: ScoresInBrief): string =>
  `${accuracy === null ? '' : `it was right in ${percent(accuracy)} of 100, and `}its macro-F1, the mean over labels of how well it finds each, was ${scoreWithInterval(macroF1, macroF1Interval)} of 1`

/** The rejected ones among these models, which have the newest first. */
function rejectedIn(
  models: readonly ModelInBrief[],
  none: string,
  how: readonly [one: string, several: string],
): string {
  const rejected = models.filter(({ verdict }) => verdict === 'rejected')
  const [last] = rejected
  if (!last) return none
  const because = last.reasons[0] === undefined ? '' : `: ${withShortJobs(last.reasons[0])}`
  return `${many(rejected.length, ...how)}, the last of the engine ${last.engine} on ${dateInWords(last.judged)}${because}.`
}

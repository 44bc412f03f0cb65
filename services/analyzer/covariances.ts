import { covarianceOfShares } from '../../shared/statistics/difference'
import type { StreamNames } from '../../shared/streams'
import { dayAfter } from '../../shared/utc-day'
import { zip } from '../../shared/zip'
import type { AnalyzePorts } from './analyze'
import { openDayBook } from './reports/day-book'
import { WEEK, weekStart } from './days'
import { weekFacts } from './reports/reporter'
import { openPlans } from './facts/samples'
import { termsOfDays } from './reports/shares'

type Sources = Pick<AnalyzePorts, 'objects' | 'memory' | 'settings' | 'labels' | 'opinions'>

/**
 * By label: the covariance of the shares of a calendar week, named by its Sunday, and of the week before, for the names of a
 * stream. A message that lives in both weeks was drawn once and judged once. Reads the last counted facts and
 * writes nothing; a day without facts has no messages.
 */
export const covariancesOf =
  ({ objects, memory, settings, labels: store, opinions }: Sources) =>
  async (names: StreamNames, week: string): Promise<ReadonlyMap<string, number>> => {
    const before = dayAfter(week, -WEEK)
    const from = weekStart(before)
    const labels = settings.labels.categories.map(({ name }) => name)
    const [standing, plans] = await Promise.all([store.read(), openPlans(objects, memory, from)])
    const opened = await openDayBook(
      { objects, memory, labels, model: undefined, plans, hasTime: () => true },
      names,
      from,
    )
    const book = { ...opened, facts: opened.stored }
    const factsTo = weekFacts({ objects, memory, settings, labels: standing, plans, book, opinions }, names)
    const termsTo = async (sunday: string) => {
      const { days, evidence } = await factsTo(sunday)
      return termsOfDays(days, evidence)
    }
    const [now, then] = [await termsTo(week), await termsTo(before)]
    return new Map(zip(labels, covarianceOfShares(now, then, labels.length)))
  }

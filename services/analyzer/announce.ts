import { estimateDisagrees, notEnoughLabels, shareReported } from '../../events'
import type { Publish } from '../../shared/bus'
import { keys } from '../../shared/keys'
import type { ReportRecord } from '../../shared/records'
import { boostEvaluation } from '../../shared/state/evaluation-boost'
import { streamNameOf } from '../../shared/streams'
import type { Table } from '../../shared/table'
import { headlineOf } from './reports/report'
import { disagreementIn } from './reports/shares'

/** Publish the report. If model and labels disagree, request more evaluation labels. */
export async function announceReport(
  { publish, table }: { publish: Publish; table: Pick<Table, 'update'> },
  report: ReportRecord,
): Promise<void> {
  const { date, model, day } = report
  const of = { ...streamNameOf(report), date, reportKey: keys.report(report), model }
  await publish(shareReported, headlineOf(report))
  if (day.byPosts.state === 'not-enough-labels') {
    await publish(notEnoughLabels, { ...of, labels: day.byPosts.labels, more: day.byPosts.more ?? 0 })
  }
  for (const [basis, answer] of [['posts', day.byPosts] as const, ['messages', day.byMessages] as const]) {
    const found = disagreementIn(answer)
    if (!found) continue
    await boostEvaluation(table, report, date)
    await publish(estimateDisagrees, { ...of, basis, ...found, labels: answer.pacc.items })
  }
}

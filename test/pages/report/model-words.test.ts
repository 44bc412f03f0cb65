import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { modelsInWords } from '../../../pages/report/model-words'
import { gathering } from '../../../services/report/gather'
import type { ReportOverview } from '../../../services/report/overview'
import { parseSettings } from '../../../shared/settings'
import { type Story, tell } from '../../services/report/stories'
import { testBucket } from '../../shared/bucket'
import { memoryTable } from '../../shared/memory-table'

const settings = parseSettings(readFileSync(path.resolve('bellwether.yml'), 'utf8'))
const twoWeeks: Story = { from: '2026-11-09', days: 14 }

async function overviewOf(verdicts: Story['verdicts']): Promise<ReportOverview> {
  const [objects, table] = [testBucket(), memoryTable()]
  await tell(objects, table, { ...twoWeeks, ...(verdicts && { verdicts }) })
  return gathering({ objects, table, settings })(new Date('2026-11-23T10:00:00Z'))
}

const words = (overview: ReportOverview): string => {
  const { title, sentences } = modelsInWords(overview)
  return [title, ...sentences].join(' ')
}

describe('models in words', () => {
  it('say that none was trained', async () => {
    expect(words(await overviewOf(undefined))).toMatch(/^No model has been trained yet\. The first follows/)
  })

  it('say that none is live, and what was rejected', async () => {
    expect(words(await overviewOf(['rejected', 'rejected']))).toMatch(
      /^No model is live\. Shares rest on labels alone\. 2 models were rejected, the last of the engine \w+ on .*: macro-F1 .*\.$/,
    )
  })

  it('say which engine is live since when, its score on newer labels, and what lost', async () => {
    const overview = await overviewOf(['promoted', 'rejected'])
    const live = { items: 240, accuracy: 0.83, macroF1: 0.81, macroF1Interval: { low: 0.76, high: 0.86 } }

    expect(words({ ...overview, live })).toMatch(
      /^A model of the engine \w+ is live since \d+ \w+ 2026\. On 240 labels that people gave since, it was right in 83 of 100, and its macro-F1, the mean over labels of how well it finds each, was 0\.81 \(0\.76 to 0\.86\) of 1\. It had seen none of them\. 1 model has lost against it since, the last of the engine \w+ on /,
    )
  })

  it("say that a winner's score is optimistic when no newer labels measured it", async () => {
    const overview = await overviewOf(['provisional'])

    expect(words({ ...overview, live: null })).toMatch(
      /, provisionally\. When it was judged, it was right in .* The score of a winner flatters it.* No model has lost against it since\.$/,
    )
  })

  it('say when nothing measured the model, and when its card is missing', async () => {
    const overview = await overviewOf(['promoted', 'rejected'])

    expect(words({ ...overview, live: null, models: overview.models.slice(0, 1), engines: [] })).toMatch(
      /^A model is live since .* Nobody has measured it yet\. /,
    )
  })
})

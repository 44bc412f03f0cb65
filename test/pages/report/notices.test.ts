import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { noticesOf } from '../../../pages/report/notices'
import { gathering } from '../../../services/report/gather'
import type { ReportOverview } from '../../../services/report/overview'
import { parseSettings } from '../../../shared/settings'
import { type Story, tell } from '../../services/report/stories'
import { testBucket } from '../../shared/bucket'
import { memoryTable } from '../../shared/memory-table'

const settings = parseSettings(readFileSync(path.resolve('bellwether.yml'), 'utf8'))

async function overviewOf(story: Story, now: string): Promise<ReportOverview> {
  const [objects, table] = [testBucket(), memoryTable()]
  await tell(objects, table, story)
  return gathering({ objects, table, settings })(new Date(now))
}
const titles = async (story: Story, now: string): Promise<string[]> => titlesIn(await overviewOf(story, now))
const titlesIn = (overview: ReportOverview) => noticesOf(overview).map(({ level, title }) => `${level}: ${title}`)

const twoWeeks: Story = { from: '2026-11-09', days: 14, verdicts: ['provisional', 'promoted'] }
const MORNING = '2026-11-23T10:00:00Z'

describe('notices on the report page', () => {
  it('are none when all is well', async () => {
    expect(await titles(twoWeeks, MORNING)).toEqual([])
  })

  it.each<[string, Story, string, string[]]>([
    ['nothing reported', { from: '2026-11-09', days: 0 }, MORNING, ['info: Nothing has been reported yet']],
    [
      'a first day without labels yet',
      { from: '2026-11-22', days: 1, labelled: 0, unsettled: true },
      MORNING,
      ['info: There is no number yet'],
    ],
    ['that there is no model', { from: '2026-11-22', days: 1 }, MORNING, ['info: No model is live yet']],
    [
      'a provisional model',
      { ...twoWeeks, verdicts: ['provisional'] },
      MORNING,
      ['info: The live model is provisional'],
    ],
    ['a night before the collection', twoWeeks, '2026-11-24T00:05:00Z', []],
    ['a stopped pipeline', twoWeeks, '2026-11-25T00:05:00Z', ['bad: Nothing new for 3 days']],
    ['labels without agreement', { ...twoWeeks, status: 'unreliable' }, MORNING, ['bad: The labels are unreliable']],
    [
      'labels of a single annotator',
      { ...twoWeeks, status: 'unmeasured' },
      MORNING,
      ['info: Nobody has checked the labels yet'],
    ],
    [
      'estimates that disagree',
      { ...twoWeeks, disagrees: true },
      MORNING,
      ['warn: The model has begun to miss something'],
    ],
    ['a reached cap', { ...twoWeeks, spentPosts: 2000 }, MORNING, ['warn: A cap is reached']],
    [
      'a reached cap on judgements, on the day of the posts',
      { ...twoWeeks, spentJudgements: 420 },
      MORNING,
      ['warn: A cap is reached'],
    ],
    ['one day without posts', { ...twoWeeks, silent: 1 }, MORNING, []],
    ['a source without posts', { ...twoWeeks, silent: 2 }, MORNING, ['warn: No posts for 2 days']],
    [
      'a hashtag whose collection is late',
      { ...twoWeeks, missing: ['azure 2026-11-22'] },
      MORNING,
      ['warn: Not every hashtag is up to date'],
    ],
  ])('report %s', async (_, story, now, expected) => {
    expect(await titles(story, now)).toEqual(expected)
  })

  it.each([
    ['significantly', 0.02, ['warn: The live model is worse than it was at the gate']],
    ['perhaps', -0.02, []],
  ])('report a model that is %s worse than at the gate', async (_, below, expected) => {
    const overview = await overviewOf(twoWeeks, MORNING)
    const gate = overview.models.find(({ job }) => job === overview.champion?.job)!.scores!.macroF1!
    const high = gate - below
    const live = { items: 80, macroF1: gate - 0.1, macroF1Interval: { low: gate - 0.2, high }, accuracy: 0.6 }

    expect(titlesIn({ ...overview, live })).toEqual(expected)
  })

  it('report a live model with an earlier text version', async () => {
    const overview = await overviewOf(twoWeeks, MORNING)
    const champion = { ...overview.champion!, readsEarlierText: true }

    expect(titlesIn({ ...overview, champion })).toEqual(['info: The live model reads posts as an earlier release did'])
  })

  it('are sorted by severity', async () => {
    const story: Story = { ...twoWeeks, verdicts: ['provisional'], disagrees: true, status: 'unreliable' }

    expect((await titles(story, MORNING)).map((title) => title.split(':')[0])).toEqual(['bad', 'warn', 'info'])
  })
})

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

describe('what a reader must know first', () => {
  it('is nothing where all is well', async () => {
    expect(await titles(twoWeeks, MORNING)).toEqual([])
  })

  it.each<[string, Story, string, string[]]>([
    ['nothing reported', { from: '2026-11-09', days: 0 }, MORNING, ['info: Nothing has been reported yet']],
    [
      'a first day that nobody has labelled yet',
      { from: '2026-11-22', days: 1, labelled: 0, unsettled: true },
      MORNING,
      ['info: There is no number yet'],
    ],
    ['no model', { from: '2026-11-22', days: 1 }, MORNING, ['info: No model is live yet']],
    [
      'a provisional model',
      { ...twoWeeks, verdicts: ['provisional'] },
      MORNING,
      ['info: The live model is provisional'],
    ],
    ['a night before the collection', twoWeeks, '2026-11-24T00:05:00Z', []],
    ['a stopped pipeline', twoWeeks, '2026-11-25T00:05:00Z', ['bad: Nothing new for 3 days']],
    [
      'labels that nobody agrees on',
      { ...twoWeeks, status: 'unreliable' },
      MORNING,
      ['bad: The labels are unreliable'],
    ],
    [
      'labels of one person',
      { ...twoWeeks, status: 'unmeasured' },
      MORNING,
      ['info: Nobody has checked the labels yet'],
    ],
    [
      'estimates that differ',
      { ...twoWeeks, disagrees: true },
      MORNING,
      ['warn: The model has begun to miss something'],
    ],
    ['a cap', { ...twoWeeks, spentPosts: 2000 }, MORNING, ['warn: A cap is reached']],
    [
      'a cap on judgements, which is one of the day that they are about',
      { ...twoWeeks, spentJudgements: 420 },
      MORNING,
      ['warn: A cap is reached'],
    ],
    ['one day without posts', { ...twoWeeks, silent: 1 }, MORNING, []],
    ['a source that gives nothing', { ...twoWeeks, silent: 2 }, MORNING, ['warn: No posts for 2 days']],
    [
      'a hashtag that is behind',
      { ...twoWeeks, missing: ['azure 2026-11-22'] },
      MORNING,
      ['warn: Not every hashtag is up to date'],
    ],
  ])('tells of %s', async (_, story, now, expected) => {
    expect(await titles(story, now)).toEqual(expected)
  })

  it.each([
    ['surely', 0.02, ['warn: The live model is worse than it was at the gate']],
    ['perhaps', -0.02, []],
  ])('tells of a model that is %s worse than it was at the gate', async (_, below, expected) => {
    const overview = await overviewOf(twoWeeks, MORNING)
    const gate = overview.models.find(({ job }) => job === overview.champion?.job)!.scores!.macroF1!
    const high = gate - below
    const live = { items: 80, macroF1: gate - 0.1, macroF1Interval: { low: gate - 0.2, high }, accuracy: 0.6 }

    expect(titlesIn({ ...overview, live })).toEqual(expected)
  })

  it('tells of a live model that reads texts as an earlier release did', async () => {
    const overview = await overviewOf(twoWeeks, MORNING)
    const champion = { ...overview.champion!, readsEarlierText: true }

    expect(titlesIn({ ...overview, champion })).toEqual(['info: The live model reads posts as an earlier release did'])
  })

  it('has the worst first', async () => {
    const story: Story = { ...twoWeeks, verdicts: ['provisional'], disagrees: true, status: 'unreliable' }

    expect((await titles(story, MORNING)).map((title) => title.split(':')[0])).toEqual(['bad', 'warn', 'info'])
  })
})

import { expect, it } from '@jest/globals'
import { shareOfDay, table } from '../../../local/replay/screen'

it('aligns columns and says what the shares are of', () => {
  const row = {
    date: '2026-06-01',
    posts: 158,
    labelled: 60,
    spentUsd: 0.5,
    model: 'fasttext 0.84, linear 0.87',
    verdict: 'linear promoted',
    share: '#aws 41 %',
  }

  expect(table([row, { ...row, posts: 7, model: '', verdict: '', share: '' }], 'technical')).toBe(
    [
      'day         posts  labelled  spent  macro-F1                    verdict          share of technical',
      '──────────  ─────  ────────  ─────  ──────────────────────────  ───────────────  ──────────────────',
      '2026-06-01    158        60  $0.50  fasttext 0.84, linear 0.87  linear promoted  #aws 41 %',
      '2026-06-01      7        60  $0.50  –                           –                –',
    ].join('\n'),
  )
})

it("shows the reports' shares at the end, the same ones as in the table of the truth", () => {
  const share = {
    hashtag: 'aws',
    date: '2026-06-02',
    basis: 'posts',
    label: 'technical',
    share: 0.648,
    low: 0.5,
    high: 0.8,
  } as const
  const shares = [
    { ...share, method: 'difference', labels: 60 },
    { ...share, method: 'difference', labels: 60, basis: 'messages' as const, share: 0.9 },
    { ...share, method: 'difference', labels: 60, label: 'marketing', share: 0.35 },
    { ...share, method: 'difference', labels: 60, date: '2026-06-01', share: 0.1 },
    { ...share, method: 'difference', labels: 60, hashtag: 'gcp', stream: 'fedi' },
    { ...share, method: 'difference', labels: 60, hashtag: 'gcp', stream: 'bsky', share: 0.1, low: 0, high: 0.2 },
  ]
  const withheld = [{ hashtag: 'azure', date: '2026-06-02', basis: 'posts' as const, state: 'not-enough-labels' }]

  expect(shareOfDay({ shares, withheld }, '2026-06-02', 'technical')).toBe(
    '#aws 65 % (50–80)  #azure –  #gcp on bsky 10 % (0–20)  #gcp on fedi 65 % (50–80)',
  )
})

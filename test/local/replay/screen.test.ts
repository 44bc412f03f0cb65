import { expect, it } from '@jest/globals'
import { table } from '../../../local/replay/screen'

it('lines columns up and says what the shares are of', () => {
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

import { describe, expect, it } from '@jest/globals'
import type { Summary } from '../../../local/replay/summary'
import { besideTruth, type KnownPost, truthAmong, truthTable } from '../../../local/replay/truth'

const post = (cascade: string, labels: string[] | undefined, date = '2026-01-01'): KnownPost => ({
  hashtag: 'aws',
  date,
  cascade,
  labels,
})
const of = { hashtag: 'aws', from: '2026-01-01', to: '2026-01-01', label: 'a' }

describe('the truth about collected posts', () => {
  it('counts a tie within a cascade as half of each label', () => {
    const truth = truthAmong([post('one', ['a', 'b']), post('one', ['a', 'b']), post('two', ['b']), post('two', ['b'])])

    expect(truth({ ...of, basis: 'posts' })).toBe(0.25)
    expect(truth({ ...of, basis: 'messages', label: 'b' })).toBe(0.75)
  })

  it('counts a cascade once by messages, and each of its posts by posts', () => {
    const truth = truthAmong([post('one', ['a']), post('one', ['a']), post('one', ['a']), post('two', ['b'])])

    expect(truth({ ...of, basis: 'posts' })).toBe(0.75)
    expect(truth({ ...of, basis: 'messages' })).toBe(0.5)
  })

  it('is unknown for days without posts or with an unlabelled post', () => {
    const truth = truthAmong([post('one', ['a']), post('two', undefined, '2026-01-02')])

    expect(truth({ ...of, basis: 'posts' })).toBe(1)
    expect(truth({ ...of, basis: 'posts', to: '2026-01-02' })).toBeUndefined()
    expect(truth({ ...of, basis: 'posts', hashtag: 'azure' })).toBeUndefined()
  })
})

describe('the table of the truth', () => {
  const share = (date: string, label: string, low: number, high: number): Summary['shares'][number] => ({
    hashtag: 'aws',
    date,
    basis: 'posts',
    label,
    share: (low + high) / 2,
    low,
    high,
    method: '',
    labels: 30,
  })
  const truth = truthAmong([post('one', ['a', 'b']), post('two', ['b'], '2026-01-02')])
  const shares = besideTruth(
    [
      share('2026-01-01', 'a', 0.4, 0.6),
      share('2026-01-01', 'b', 0.4, 0.6),
      share('2026-01-02', 'a', 0.1, 0.2),
      share('2026-01-02', 'b', 0.8, 0.9),
    ],
    truth,
  )
  const lines = (withheld: Summary['withheld']) => truthTable({ shares, withheld }).split('\n')

  it('shows the days beside their truth, and the coverage with its binomial interval', () => {
    expect(lines([]).map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      'day hashtag label share 95 % truth',
      '2026-01-01 #aws a 50 % 40–60 % 50 %',
      '2026-01-02 #aws a 15 % 10–20 % 0 % missed',
      '',
      'Intervals that hold the truth, one label counted, because it determines the other; in brackets the binomial 95 % interval:',
      'days by posts 1 of 2 = 50 % [9–91 %] none withheld',
      'days by messages none reported none withheld',
      'seven days by posts none reported none withheld',
      'seven days by messages none reported none withheld',
    ])
  })

  it('says how many answers were withheld, and why', () => {
    const withheld = [{ hashtag: 'aws', date: '2026-01-03', basis: 'posts' as const, state: 'not-enough-labels' }]

    expect(lines(withheld)[5]).toMatch(/\[9–91 %\] +1 of 3 withheld: 1 not-enough-labels$/)
  })

  it('is empty when no truth is known', () => {
    expect(truthTable({ shares: [share('2026-01-05', 'a', 0, 1)], withheld: [] })).toBe('')
  })
})

import { expect, it } from '@jest/globals'
import { wrongNumbers } from '../../bench/options'

const options = {
  runs: { type: 'string', default: '20' },
  mistakes: { type: 'string', default: '0,0.05' },
  share: { type: 'string', default: '0.1' },
  base: { type: 'string', default: '0f95a04' },
  data: { type: 'string' },
} as const

it.each([
  [{ runs: 'abc' }, ['--runs "abc": it takes a whole number, as in 20']],
  [{ runs: '' }, ['--runs "": it takes a whole number, as in 20']],
  [{ runs: '1.5' }, ['--runs "1.5": it takes a whole number, as in 20']],
  [{ runs: '-3' }, ['--runs "-3": it takes a whole number, as in 20']],
  [{ runs: '1e3' }, ['--runs "1e3": it takes a whole number, as in 20']],
  [{ mistakes: '0.1,few' }, ['--mistakes "0.1,few": it takes a number, or several with commas, as in 0,0.05']],
  [{ share: '1,2' }, ['--share "1,2": it takes a number, as in 0.1']],
  [{ runs: '3', mistakes: '0.1', share: '1', base: 'main', data: 'abc' }, []],
])('reports the invalid numbers among the benchmark options %p: %p', (given, wrong) => {
  expect(wrongNumbers(options, given)).toEqual(wrong)
})

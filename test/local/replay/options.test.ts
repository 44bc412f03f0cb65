import { expect, it } from '@jest/globals'
import { parseReplayOptions } from '../../../local/replay/options'

const parse = (...argv: string[]) => parseReplayOptions(argv, () => 'fresh')

it('has sensible defaults', () => {
  expect(parse()).toEqual(
    expect.objectContaining({
      annotators: 'knowing',
      mistakes: 0.05,
      labeller: 'desk',
      once: false,
      data: 'fresh',
      seed: 1,
    }),
  )
})

it('parses the given options', () => {
  expect(
    parse('--posts', 'mine.csv', '--annotators', 'rows', '--labels-per-day', '150', '--once', '--data', 'here'),
  ).toEqual(
    expect.objectContaining({ posts: 'mine.csv', annotators: 'rows', labelsPerDay: 150, once: true, data: 'here' }),
  )
  expect(parse()).toMatchObject({ acceptUnreliable: false })
  expect(parse('--accept-unreliable-labels')).toMatchObject({ acceptUnreliable: true })
  expect(parse('--import', 'labels.csv')).toEqual(expect.objectContaining({ import: 'labels.csv' }))
})

it.each([
  [['--mistakes', '2'], '--mistakes takes a number from 0 to 1, not "2"'],
  [['--per-day', '1.5'], '--per-day takes a whole number'],
  [['--labels-per-day', ''], '--labels-per-day takes a whole number'],
  [['--annotators', 'robots'], '--annotators takes knowing or rows, not "robots"'],
  [['--annotators', 'rows'], '--annotators rows needs --posts'],
  [['--label-by-hand', '--annotators', 'rows'], 'exclude each other'],
  [['--label-by-hand', '--labeller', 'ground-truth'], 'leave out --labeller ground-truth'],
  [['--surprise'], "Unknown option '--surprise'"],
])('says what is wrong with %j', (argv, problem) => {
  expect(parse(...argv)).toEqual({ problem: expect.stringContaining(problem) })
})

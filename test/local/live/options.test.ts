import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { onlyLive, parseLive, resumeCommand } from '../../../local/live/options'

const parse = (...argv: string[]) => parseLive(['--live', ...argv])

it('has sensible defaults', () => {
  expect(parse()).toEqual({
    hashtags: [],
    days: 7,
    acceptUnreliable: false,
    countAfterSeconds: 60,
    secrets: {},
    once: false,
    data: path.resolve('bellwether-data'),
  })
})

it('parses the given options', () => {
  expect(
    parse('--hashtag', '#AWS', '--hashtag', 'azure', '--mastodon', 'https://social.example/', '--days', '3', '--once'),
  ).toMatchObject({ hashtags: ['aws', 'azure'], mastodon: 'https://social.example', days: 3, once: true })
  expect(parse('--secret', 'bluesky=my file', '--data', 'here', '--port', '4711')).toMatchObject({
    secrets: { bluesky: 'my file' },
    data: path.resolve('here'),
    port: 4711,
  })
  expect(parse('--mastodon', 'http://127.0.0.1:4000')).toMatchObject({ mastodon: 'http://127.0.0.1:4000' })
  expect(parse('--help')).toBe('help')
})

it.each([
  [['--days', '0'], '--days takes a whole number from 1 to 30, not "0"'],
  [['--hashtag', '2026'], '--hashtag "2026" is not a hashtag: a hashtag is letters, digits and underscores'],
  [['--mastodon', 'social.example'], '--mastodon "social.example" is not a URL: name an instance as in https://'],
  [['--mastodon', 'http://social.example'], 'has to begin with https://'],
  [['--mastodon', 'https://social.example/tags/aws'], 'name the instance alone, https://social.example'],
  [['--posts', 'mine.csv'], '--posts is for a replay: leave it out, or leave out --live'],
  [['--label-by-hand'], '--label-by-hand is for a replay'],
  [['--surprise'], "Unknown option '--surprise'"],
])('says what is wrong with %j', (argv, problem) => {
  expect(parse(...argv)).toEqual({ problem: expect.stringContaining(problem) })
})

it('does not repeat a possible secret', () => {
  expect(parse('--secret', 'hunter2')).toEqual({ problem: expect.not.stringContaining('hunter2') })
})

it('selects live mode by --live only', () => {
  expect(onlyLive(['--mastodon=https://social.example'])).toEqual({
    problem: '--mastodon is for real posts: add --live',
  })
  expect(onlyLive(['--posts', 'mine.csv'])).toBeUndefined()
})

describe('resumeCommand', () => {
  const commandFor = (...argv: string[]) => {
    const options = parse(...argv)
    if (options === 'help' || 'problem' in options) throw new Error('these options are good')
    return resumeCommand(options)
  }

  it.each([
    [[], 'npm start -- --live'],
    [
      ['--hashtag', 'aws', '--mastodon', 'https://social.example', '--secret', 'x=token', '--import', 'labels.csv'],
      'npm start -- --live --hashtag aws --mastodon https://social.example',
    ],
    [['--data', '/tmp/my data'], "npm start -- --live --data '/tmp/my data'"],
  ])('resumes with the choices of %j', (argv, command) => {
    expect(commandFor(...argv)).toBe(command)
  })
})

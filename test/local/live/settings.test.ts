import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { liveSettings } from '../../../local/live/settings'
import { ROOT } from '../../../local/root'

const SHIPPED = readFileSync(path.join(ROOT, 'bellwether.yml'), 'utf8')
/** The shipped configuration with #azure on Hacker News. */
const WITH_NETWORK = SHIPPED.replace('{ tag: azure, source: sample }', '{ tag: azure, source: hn }').replace(
  '  x: {',
  '  hn: { type: hacker-news }\n  x: {',
)
const CHOSEN = { hashtags: [], acceptUnreliable: false }
const live = (yaml: string, chosen: Partial<Parameters<typeof liveSettings>[2]> = {}) =>
  liveSettings(yaml, 'bellwether.yml', { ...CHOSEN, ...chosen })

it('refuses a configuration with only file sources, and says how to name a network', () => {
  expect(() => live(SHIPPED)).toThrow('npm start -- --live --hashtag aws --mastodon https://HOST')
  expect(() => live(SHIPPED, { hashtags: ['aws'] })).toThrow('there is no network')
})

describe('a named instance', () => {
  it('replaces every source, with its own caps', () => {
    const { settings, notes } = live(SHIPPED, { hashtags: ['rust'], mastodon: 'https://social.example' })

    expect(settings.hashtags).toEqual([{ tag: 'rust', source: 'social.example' }])
    expect(settings.sources).toMatchObject({
      'social.example': { type: 'mastodon', instance: 'https://social.example', token: false, caps: { posts: {} } },
    })
    expect(Object.keys(settings.sources)).toEqual(['social.example'])
    expect(notes).toEqual([])
  })

  it('is asked for the configured hashtags when the command names none', () => {
    expect(live(SHIPPED, { mastodon: 'https://social.example' }).settings.hashtags.map(({ tag }) => tag)).toEqual([
      'aws',
      'azure',
    ])
  })
})

describe('the configured sources', () => {
  it('are read, without the hashtags of files', () => {
    const { settings, notes } = live(WITH_NETWORK)

    expect(settings.hashtags).toEqual([{ tag: 'azure', source: 'hn' }])
    expect(Object.keys(settings.sources)).toEqual(['hn'])
    expect(notes).toEqual(['Leaves out #aws: bellwether.yml reads it from a file, which npm start replays.'])
  })

  it('are asked for another hashtag on request', () => {
    expect(live(WITH_NETWORK, { hashtags: ['rust'] }).settings.hashtags).toEqual([{ tag: 'rust', source: 'hn' }])
  })

  it('must be selected by name when several could have another hashtag', () => {
    const two = WITH_NETWORK.replace('{ tag: aws, source: sample }', '{ tag: aws, source: x }')

    expect(live(two).settings.hashtags).toHaveLength(2)
    expect(() => live(two, { hashtags: ['rust'] })).toThrow('say in it which one #rust has, or add --mastodon')
  })
})

it('uses the desk, with the requested number of items', () => {
  const groundTruth = WITH_NETWORK.replace(
    'labeller: desk',
    'labeller: ground-truth\n  groundTruth:\n    workteamArn: arn:aws:sagemaker:eu-west-1:000000000000:workteam/private-crowd/team',
  )
  const { settings, notes } = live(groundTruth, { labelsPerDay: 500, acceptUnreliable: true })

  expect(settings.labelling).toMatchObject({ labeller: 'desk', itemsPerDay: 500, acceptUnreliable: true })
  expect(settings.caps.judgements.perDay).toBe(1500)
  expect(notes).toContain('Labels at the desk: on this machine nobody can answer for ground-truth.')
})

it('reports a mistake in the configuration as packaging does', () => {
  expect(() => live(SHIPPED.replace('itemsPerDay: 60', 'itemsPerDay: many'))).toThrow(
    /SETTINGS_INVALID: bellwether\.yml:\d+: labelling\.itemsPerDay/,
  )
})

import { expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { withinSettings } from '../../../local/replay/within'
import { parseSettings } from '../../../shared/settings'
import { post } from './post'

const settings = parseSettings(readFileSync(path.join(__dirname, '../../../bellwether.yml'), 'utf8'))

it('leaves posts with configured labels unchanged', () => {
  const posts = [post('aws', 'technical'), post('azure')]

  expect(withinSettings(posts, settings)).toEqual({ posts, notes: [] })
})

it('treats an unknown label as missing, and says so', () => {
  const { posts, notes } = withinSettings([post('aws', 'technical'), post('aws', 'spam')], settings)

  expect(posts).toEqual([post('aws', 'technical'), post('aws')])
  expect(notes).toEqual([expect.stringMatching(/^1 post counts as without a label.*spam$/)])
})

it('leaves out posts of unwatched hashtags, and says so', () => {
  const { posts, notes } = withinSettings([post('aws'), post('gcp'), post('gcp')], settings)

  expect(posts).toEqual([post('aws')])
  expect(notes).toEqual([expect.stringMatching(/2 posts.*#gcp/)])
})

it('throws when no post has a watched hashtag', () => {
  expect(() => withinSettings([post('gcp', 'technical')], settings)).toThrow(
    'no post has a hashtag of the configuration, only #gcp: add these hashtags to it',
  )
})

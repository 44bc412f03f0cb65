import { expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { FilePost } from '../../../local/replay/posts'
import { within } from '../../../local/replay/within'
import { parseSettings } from '../../../shared/settings'

const settings = parseSettings(readFileSync(path.join(__dirname, '../../../bellwether.yml'), 'utf8'))
const post = (hashtag: string, label?: string): FilePost => ({
  id: '1',
  createdAt: '2026-01-01T00:00:00Z',
  text: 'x',
  hashtag,
  author: '',
  ...(label ? { label } : {}),
})

it('leaves posts alone that the configuration knows', () => {
  const posts = [post('aws', 'technical'), post('azure')]

  expect(within(posts, settings)).toEqual({ posts, notes: [] })
})

it('takes a label that nobody can give for none, and says so', () => {
  const { posts, notes } = within([post('aws', 'technical'), post('aws', 'spam')], settings)

  expect(posts).toEqual([post('aws', 'technical'), post('aws')])
  expect(notes).toEqual([expect.stringContaining('spam')])
})

it('leaves out posts of hashtags that nobody watches, and says so', () => {
  const { posts, notes } = within([post('aws'), post('gcp'), post('gcp')], settings)

  expect(posts).toEqual([post('aws')])
  expect(notes).toEqual([expect.stringMatching(/2 posts.*#gcp/)])
})

it('throws where nobody watches any of them', () => {
  expect(() => within([post('gcp', 'technical')], settings)).toThrow(
    'no post is of a hashtag of the configuration: #gcp',
  )
})

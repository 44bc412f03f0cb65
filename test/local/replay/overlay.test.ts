import { expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { overlay } from '../../../local/replay/overlay'
import type { FilePost } from '../../../local/replay/posts'
import { parseSettings } from '../../../shared/settings'
import { post } from './post'

const yaml = readFileSync(path.join(__dirname, '../../../bellwether.yml'), 'utf8')
const options = {
  labeller: 'desk',
  workteamArn: 'arn:aws:sagemaker:eu-west-1:000000000000:workteam/private-crowd/team',
  salt: '',
  ownConfig: false,
} as const
const replayed = (posts: FilePost[], more: object = {}) =>
  parseSettings(overlay(yaml, 'bellwether.yml', posts, { ...options, ...more }))

it('reads every hashtag of the posts from the replay', () => {
  expect(replayed([post('brands'), post('azure')]).hashtags).toEqual([
    { tag: 'azure', source: 'replay' },
    { tag: 'brands', source: 'replay' },
  ])
})

it("uses the file's labels when they differ", () => {
  const names = (posts: FilePost[]) => replayed(posts).labels.categories.map(({ name }) => name)

  expect(names([post('aws', 'dialogue'), post('aws', 'action')])).toEqual(['action', 'dialogue'])
  expect(names([post('aws', 'marketing'), post('aws', 'technical')])).toEqual(['technical', 'marketing'])
  expect(names([post('aws')])).toEqual(['technical', 'marketing'])
})

it('keeps the hashtags and labels of a configuration that the user chose', () => {
  const { hashtags, labels } = replayed([post('brands', 'action'), post('brands', 'dialogue')], { ownConfig: true })

  expect(hashtags.map(({ tag }) => tag)).toEqual(['aws', 'azure'])
  expect(labels.categories.map(({ name }) => name)).toEqual(['technical', 'marketing'])
})

it('allows a whole day of the file, and as many judgements as requested', () => {
  const { caps, labelling } = replayed(
    Array.from({ length: 3000 }, () => post('aws')),
    { labelsPerDay: 500 },
  )

  expect(caps.posts.perDay).toBe(3000)
  expect(labelling.itemsPerDay).toBe(500)
  expect(caps.judgements.perDay).toBe(1500)
})

it('accepts unreliable labels on request', () => {
  expect(replayed([post('aws')]).labelling.acceptUnreliable).toBe(false)
  expect(replayed([post('aws')], { acceptUnreliable: true }).labelling.acceptUnreliable).toBe(true)
})

it('changes the samples with a salt, and keeps those of a deployment without one', () => {
  expect(replayed([post('aws')]).labelling.salt).toBe('')
  expect(replayed([post('aws')], { salt: '7' }).labelling.salt).toBe('7')
})

it('gives Ground Truth a work team', () => {
  expect(replayed([post('aws')], { labeller: 'ground-truth' }).labelling.groundTruth?.workteamArn).toBe(
    options.workteamArn,
  )
})

it('says when the posts have too many labels to estimate', () => {
  expect(() => replayed(Array.from({ length: 31 }, (_, i) => post('aws', `label ${i}`)))).toThrow(
    'the posts have 31 different labels: at most 30',
  )
})

it('says that labels found only in the file have no definition, and where to add one', () => {
  const { categories } = replayed([post('brands', 'action'), post('brands', 'information')]).labels

  expect(categories.map(({ name }) => name)).toEqual(['action', 'information'])
  expect(categories[0]?.definition).toMatch(/^There is no definition: .* Write one into a bellwether\.yml/)
})

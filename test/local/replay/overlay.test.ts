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

it('takes the labels of the file where it brings others', () => {
  const names = (posts: FilePost[]) => replayed(posts).labels.categories.map(({ name }) => name)

  expect(names([post('aws', 'dialogue'), post('aws', 'action')])).toEqual(['action', 'dialogue'])
  expect(names([post('aws', 'marketing'), post('aws', 'technical')])).toEqual(['technical', 'marketing'])
  expect(names([post('aws')])).toEqual(['technical', 'marketing'])
})

it('keeps hashtags and labels of a configuration that the user chose', () => {
  const { hashtags, labels } = replayed([post('brands', 'action'), post('brands', 'dialogue')], { ownConfig: true })

  expect(hashtags.map(({ tag }) => tag)).toEqual(['aws', 'azure'])
  expect(labels.categories.map(({ name }) => name)).toEqual(['technical', 'marketing'])
})

it('lets a day of the file through, and as many judgements as were asked for', () => {
  const { caps, labelling } = replayed(
    Array.from({ length: 3000 }, () => post('aws')),
    { labelsPerDay: 500 },
  )

  expect(caps.posts.perDay).toBe(3000)
  expect(labelling.itemsPerDay).toBe(500)
  expect(caps.judgements.perDay).toBe(1500)
})

it('accepts unreliable labels where that was asked for', () => {
  expect(replayed([post('aws')]).labelling.acceptUnreliable).toBe(false)
  expect(replayed([post('aws')], { acceptUnreliable: true }).labelling.acceptUnreliable).toBe(true)
})

it('moves the samples with a salt, and leaves those of a deployment without one', () => {
  expect(replayed([post('aws')]).labelling.salt).toBe('')
  expect(replayed([post('aws')], { salt: '7' }).labelling.salt).toBe('7')
})

it('gives Ground Truth a work team', () => {
  expect(replayed([post('aws')], { labeller: 'ground-truth' }).labelling.groundTruth?.workteamArn).toBe(
    options.workteamArn,
  )
})

it('says so when the posts carry more labels than can be told apart', () => {
  expect(() => replayed(Array.from({ length: 31 }, (_, i) => post('aws', `label ${i}`)))).toThrow(
    'the posts have 31 different labels: at most 30',
  )
})

it('says of labels that only the file has that nobody defined them, and where to do so', () => {
  const { categories } = replayed([post('brands', 'action'), post('brands', 'information')]).labels

  expect(categories.map(({ name }) => name)).toEqual(['action', 'information'])
  expect(categories[0]?.definition).toMatch(/^There is no definition: .* Write one into a bellwether\.yml/)
})

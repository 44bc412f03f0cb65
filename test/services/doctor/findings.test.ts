import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { type AccountFacts, findingsOf } from '../../../services/doctor/findings'
import type { MailTopic } from '../../../services/doctor/mails'
import type { Asked, Finding } from '../../../shared/finding'
import { file } from '../../../shared/sources/file'
import { x } from '../../../shared/sources/x'
import { readSettings, type Settings } from '../../../shared/settings'

const shipped = readSettings(path.resolve(__dirname, '../../..'))
const team = 'arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/annotators'
const demanding: Settings = {
  ...shipped,
  hashtags: [
    { tag: 'aws', source: 'x' },
    { tag: 'azure', source: 'sample' },
  ],
  labelling: {
    ...shipped.labelling,
    labeller: 'ground-truth',
    groundTruth: { workteamArn: team, feePerItemUsd: 0.08, feeTiers: [], taskTimeLimitSeconds: 300 },
  },
}
const modest: Settings = { ...shipped, training: { ...shipped.training, trainer: 'lambda' } }
const onlyX: Settings = { ...shipped, hashtags: [{ tag: 'aws', source: 'x' }] }
const SPOT = 'ml.c5.xlarge for spot training job usage'
const ON_DEMAND = 'ml.c5.xlarge for training job usage'
const quotas = (spot: Asked<number>, onDemand: Asked<number>) =>
  new Map([
    [SPOT, spot],
    [ON_DEMAND, onDemand],
  ])
const healthy: AccountFacts = {
  sources: { x: { known: [] }, file: { known: [] } },
  linkKeys: { annotator: { known: true }, owner: { known: true }, reader: { known: true } },
  quotas: quotas({ known: 1 }, { known: 1 }),
  workteams: { known: [team] },
  labelingJobs: { known: 1 },
  concurrency: { known: 1000 },
  mails: [],
  hasGroundTruth: true,
}
const lacks = (type: string, name: string): AccountFacts['sources'] => ({
  ...healthy.sources,
  [type]: { known: [name] },
})
const names = {
  sourceSecrets: { x: 'XToken-1' },
  linkSecrets: { annotator: 'LinkKey-1', owner: 'OwnerLinkKey-1', reader: 'ReaderLinkKey-1' },
  region: 'eu-west-1',
  bucket: 'the-bucket',
}
const verdicts = (facts: AccountFacts, settings: Settings) =>
  Object.fromEntries(findingsOf(facts, settings, names, [x, file]).map(({ check, verdict }) => [check, verdict]))

describe('findingsOf', () => {
  it('finds nothing to do in a complete account', () => {
    expect(new Set(Object.values(verdicts(healthy, demanding)))).toEqual(new Set(['ok']))
  })

  it.each<[string, Partial<AccountFacts>, string, string]>([
    ['an X secret without a value', { sources: lacks('x', 'secret') }, 'X token', 'missing'],
    ['a missing file of posts', { sources: lacks('file', 'sample.jsonl') }, 'files of posts', 'missing'],
    [
      "an annotators' key without a value",
      { linkKeys: { ...healthy.linkKeys, annotator: { known: false } } },
      'key of the desk links',
      'missing',
    ],
    [
      "an owners' key without a value",
      { linkKeys: { ...healthy.linkKeys, owner: { known: false } } },
      "key of the owners' links",
      'missing',
    ],
    [
      "a readers' key without a value",
      { linkKeys: { ...healthy.linkKeys, reader: { known: false } } },
      'key of the report links',
      'missing',
    ],
    ['no spot quota', { quotas: quotas({ known: 0 }, { known: 1 }) }, SPOT, 'missing'],
    ['no quota on demand', { quotas: quotas({ known: 1 }, { known: 0 }) }, ON_DEMAND, 'missing'],
    ['a missing work team', { hasGroundTruth: false }, 'Ground Truth', 'missing'],
    ['a region that never had a labelling job', { workteams: { known: [] } }, 'Ground Truth', 'missing'],
    ['no labelling job ever', { labelingJobs: { known: 0 } }, 'Ground Truth', 'warning'],
    ['a new account', { concurrency: { known: 10 } }, 'Lambda concurrency', 'warning'],
  ])('names %s, with the remedy', (_, facts, check, verdict) => {
    const finding = findingsOf({ ...healthy, ...facts }, demanding, names).find((one) => one.check === check)

    expect(finding).toMatchObject({ verdict, remedy: expect.stringMatching(/\w/) })
  })

  it('names a region without BlazingText, with the remedy', () => {
    const elsewhere = { ...names, region: 'mx-central-1' }
    const finding = findingsOf(healthy, demanding, elsewhere).find(({ check }) => check === 'BlazingText in the region')

    expect(finding).toMatchObject({ verdict: 'missing', remedy: expect.stringMatching(/training.trainer: lambda/) })
  })

  it.each<[string, Partial<AccountFacts>, string]>([
    ['the X secret', { sources: { ...healthy.sources, x: { unknown: 'AccessDenied' } } }, 'X token'],
    ['the files', { sources: { ...healthy.sources, file: { unknown: 'AccessDenied' } } }, 'files of posts'],
    ['the quotas', { quotas: quotas({ unknown: 'AccessDenied' }, { known: 1 }) }, SPOT],
    ['the work teams', { workteams: { unknown: 'AccessDenied' } }, 'Ground Truth'],
    ['the concurrency', { concurrency: { unknown: 'AccessDenied' } }, 'Lambda concurrency'],
  ])('says that %s could not be checked, and why', (_, facts, check) => {
    const finding = findingsOf({ ...healthy, ...facts }, demanding, names).find((one) => one.check === check)

    expect(finding).toEqual({ check, verdict: 'could not be checked', found: 'AccessDenied' })
  })

  it('asks for nothing that the configuration does not use', () => {
    const poor: AccountFacts = {
      ...healthy,
      sources: lacks('x', 'secret'),
      quotas: quotas({ known: 0 }, { known: 0 }),
      hasGroundTruth: false,
    }

    expect(verdicts(poor, modest)).toEqual({
      'X token': 'not needed',
      'files of posts': 'ok',
      'key of the desk links': 'ok',
      "key of the owners' links": 'ok',
      'key of the report links': 'ok',
      'BlazingText in the region': 'not needed',
      'Ground Truth': 'not needed',
      'Lambda concurrency': 'ok',
    })
  })

  it.each<[string, Partial<MailTopic>, Partial<Record<keyof Finding, unknown>>]>([
    ['no addresses', { addresses: [] }, { verdict: 'not needed', found: 'report.mail names no address' }],
    ['confirmed addresses', { confirmed: { known: ['ben@x.org', 'ana@x.org'] } }, { verdict: 'ok' }],
    [
      'an unconfirmed address',
      { confirmed: { known: ['ana@x.org', 'gone@x.org'] } },
      {
        verdict: 'warning',
        found: 'not confirmed: ben@x.org; SNS mails them nothing',
        remedy: expect.stringContaining('--topic-arn arn:mail --protocol email --notification-endpoint ben@x.org'),
      },
    ],
    ['a denied request', { confirmed: { unknown: 'AccessDenied' } }, { verdict: 'could not be checked' }],
  ])('reports the weekly mail with %s', (_, over, expected) => {
    const addresses = ['ana@x.org', 'ben@x.org']
    const mail: MailTopic = { setting: 'report.mail', addresses, topic: 'arn:mail', confirmed: { known: [] }, ...over }
    const [finding] = findingsOf({ ...healthy, mails: [mail] }, demanding, names).filter(
      ({ check }) => check === 'addresses of the weekly mail',
    )

    expect(finding).toMatchObject(expected)
  })

  it('asks for no file when posts come from X alone, and otherwise says where to upload it', () => {
    const lacking: AccountFacts = { ...healthy, sources: lacks('file', 'sample.jsonl') }
    const found = findingsOf(lacking, demanding, names).find(({ check }) => check === 'files of posts')

    expect(verdicts(lacking, onlyX)['files of posts']).toBe('not needed')
    expect(found?.remedy).toContain('s3://the-bucket/sources/sample.jsonl')
  })
})

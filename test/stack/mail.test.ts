import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { type Cloud, createCloud } from '../../packages/embedded-aws/src/cloud'
import { keys } from '../../shared/keys'
import type { ReportRecord } from '../../shared/records'
import { ownersBucket } from '../../local/stores'
import { exampleReport } from '../shared/reports'
import { errorsIn, resources, root } from './packaged'

const folder = mkdtempSync(path.join(tmpdir(), 'bellwether-mail-'))
const section = path.join(folder, `with-mail-${process.pid}.yml`)
/** The section that a user adds to bellwether.yml. */
const SECTION = 'report: { mail: [ana@example.org, ben@example.org] }\n'
const resource = z.object({ Type: z.string(), Properties: z.unknown() })
let templateFile = ''
let optional: Record<string, z.infer<typeof resource>> = {}

beforeAll(() => {
  writeFileSync(section, SECTION)
  templateFile = execFileSync(process.execPath, [path.join(root, 'bin/package.mjs'), '--with', section], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
  optional = z
    .object({ Resources: z.record(z.string(), resource) })
    .parse(JSON.parse(readFileSync(templateFile, 'utf8'))).Resources
}, 180_000)

afterAll(() => {
  rmSync(path.dirname(templateFile), { recursive: true })
  rmSync(folder, { recursive: true })
})

describe('the template with report.mail', () => {
  it('has no error that CloudFormation would find', () => {
    expect(errorsIn(templateFile)).toEqual([])
  })

  it('adds the topic, a subscription per address and the function with its resources, and nothing else', () => {
    const without = new Set(resources.map(({ id }) => id))
    const added = Object.entries(optional).filter(([id]) => !without.has(id))

    expect(added.filter(([id]) => !/^(Bellwetherdev|)[Mm]ail/.test(id))).toEqual([])
    expect(added.map(([, { Type }]) => Type).sort()).toEqual([
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::Alarm',
      'AWS::Events::Rule',
      'AWS::IAM::Role',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::Logs::LogGroup',
      'AWS::SNS::Subscription',
      'AWS::SNS::Subscription',
      'AWS::SNS::Topic',
      'AWS::SQS::Queue',
      'AWS::SQS::QueuePolicy',
    ])
    expect(resources.filter(({ type }) => type.startsWith('AWS::SNS::'))).toEqual([])
  })

  it('lets the function publish to its topic, but neither write to the bucket nor read a secret or a post', () => {
    const role = z
      .object({ Policies: z.array(z.object({ PolicyDocument: z.object({ Statement: z.array(z.looseObject({})) }) })) })
      .parse(optional['MailRole']?.Properties)
    const statements = role.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    const text = JSON.stringify(statements)

    expect(statements.filter(({ Action }) => String(Action).startsWith('sns:'))).toEqual([
      { Effect: 'Allow', Action: 'sns:Publish', Resource: { Ref: 'MailTopic' } },
    ])
    expect(text).not.toMatch(/s3:Put|secretsmanager|events:Put|\/raw|\/labeled|\/evidence|\/answers/)
  })
})

describe('the weekly mail on the embedded cloud', () => {
  const SUNDAY = '2026-11-22'
  let cloud: Cloud

  beforeAll(async () => {
    const dataDir = path.join(folder, 'data')
    cloud = await createCloud({
      packageDir: path.dirname(templateFile),
      dataDir,
      start: Date.parse('2026-11-25T08:55:00Z'),
      // The packaged file does not have the section.
      overlay: { 'bellwether.yml': `${readFileSync(path.join(root, 'bellwether.yml'), 'utf8')}\n${SECTION}` },
      recordDir: path.join(folder, 'recorded'),
    })
    const bucket = ownersBucket(cloud)
    for (const [date, share] of [
      [SUNDAY, 0.6],
      ['2026-11-15', 0.2],
    ] as const) {
      const report = weekOf(date, share)
      await bucket.put(keys.report(report), JSON.stringify(report))
    }
  }, 60_000)
  afterAll(() => cloud.close())

  const news = () => {
    const mails = readdirSync(cloud.sns.outbox).sort()
    return mails
      .map((name) => readFileSync(path.join(cloud.sns.outbox, name), 'utf8'))
      .filter((mail) => mail.includes('Subject: Bellwether'))
  }

  it('reaches confirmed subscribers once on Wednesday, and the doctor names unconfirmed ones', async () => {
    const [{ topic, token } = { topic: '', token: '' }] = cloud.sns
      .pending()
      .filter(({ endpoint }) => endpoint === 'ana@example.org')
    cloud.sns.confirm(topic, token)
    const { payload } = await cloud.invoke('doctor', {})
    expect(payload).toContain('not confirmed: ben@example.org')

    await cloud.advance(10 * 60_000)
    await cloud.idle()
    await cloud.invoke('mail', { week: SUNDAY })
    await cloud.invoke('analyzer', { week: SUNDAY })
    await cloud.idle()

    expect(news()).toHaveLength(1)
    expect(news()[0]).toMatch(
      /^Date: .*\nTo: ana@example\.org\nSubject: Bellwether \(dev\), week to 22 November 2026: change/,
    )
    const published = readdirSync(path.join(folder, 'recorded')).filter((name) => name.includes('sns.Publish'))
    const input: unknown = JSON.parse(readFileSync(path.join(folder, 'recorded', published[0] ?? ''), 'utf8'))
    expect(input).toEqual({ TopicArn: topic, Subject: expect.any(String), Message: expect.any(String) })
  }, 120_000)
})

function weekOf(date: string, share: number): ReportRecord {
  const report = exampleReport({ date, hashtag: 'aws', stream: 'file' })
  const raw = [
    { label: 'marketing', estimate: share, standardError: 0.03 },
    { label: 'technical', estimate: 1 - share, standardError: 0.03 },
  ]
  return { ...report, week: { ...report.week, byPosts: { ...report.week.byPosts, raw } } }
}

import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { generateSample, type SampleRow } from '../../samples/generate'
import { readPostRow } from '../../shared/post-file/row'
import { cascadeId } from '../../shared/text/cascade'

const text = readFileSync('samples/posts/sample.jsonl', 'utf8')
const rows = text
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as SampleRow)
const shareOf = (some: readonly SampleRow[]) => some.filter(({ label }) => label === 'technical').length / some.length
const of = (hashtag: string, from: string, to: string) =>
  rows.filter((row) => row.hashtag === hashtag && from <= row.createdAt && row.createdAt < to)

describe('the sample posts', () => {
  it('are what the generator makes', () => {
    expect(text).toBe(
      generateSample(1)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    )
  })

  it('differ for another seed', () => {
    expect(generateSample(2)[0]).not.toEqual(rows[0])
  })

  it('stay under 1.5 MB', () => {
    expect(Buffer.byteLength(text)).toBeLessThan(1_500_000)
  })

  it('contain nothing that the collector refuses', () => {
    const rules = { source: 'sample', tags: ['aws', 'azure'] }

    expect(rows.filter((row, i) => !('post' in readPostRow({ ...row }, i + 1, rules)))).toEqual([])
  })

  it.each(['aws', 'azure'])('have enough posts of #%s on each of fourteen days', (hashtag) => {
    const counts = new Map<string, number>()
    for (const row of rows.filter((each) => each.hashtag === hashtag)) {
      const day = row.createdAt.slice(0, 10)
      counts.set(day, (counts.get(day) ?? 0) + 1)
    }

    expect([...counts.keys()].sort()).toEqual(
      Array.from({ length: 14 }, (_, i) => `2026-06-${String(i + 1).padStart(2, '0')}`),
    )
    expect(Math.min(...counts.values())).toBeGreaterThan(30)
  })

  it('have one label per cascade', () => {
    const labels = new Map<string, Set<string>>()
    for (const row of rows) {
      const id = cascadeId(row.text)
      labels.set(id, (labels.get(id) ?? new Set()).add(row.label))
    }

    expect([...labels.values()].filter(({ size }) => size > 1)).toEqual([])
    expect(labels.size).toBeGreaterThan(1000)
    expect(labels.size).toBeLessThan(rows.length * 0.75)
  })

  it('have cascades that live for days', () => {
    const days = new Map<string, Set<string>>()
    for (const row of rows) {
      const id = cascadeId(row.text)
      days.set(id, (days.get(id) ?? new Set()).add(row.createdAt.slice(0, 10)))
    }

    expect(Math.max(...[...days.values()].map(({ size }) => size))).toBeGreaterThanOrEqual(4)
  })

  it('have retweets that name an earlier post', () => {
    const at = new Map(rows.map(({ id, createdAt }) => [id, createdAt]))
    const retweets = rows.filter(({ retweetOf }) => retweetOf !== undefined)

    expect(retweets.length).toBeGreaterThan(300)
    expect(retweets.filter(({ retweetOf, createdAt }) => !(at.get(retweetOf!)! <= createdAt))).toEqual([])
  })

  it('have posts with both hashtags under one id, and no other duplicate id', () => {
    const byId = new Map<string, SampleRow[]>()
    for (const row of rows) byId.set(row.id, [...(byId.get(row.id) ?? []), row])
    const twice = [...byId.values()].filter(({ length }) => length > 1)

    expect(twice.length).toBeGreaterThan(20)
    expect(twice.filter((same) => same.length > 2 || same[0]!.hashtag === same[1]!.hashtag)).toEqual([])
  })

  it('drift: #aws away from technical, #azure towards it', () => {
    const [early, late] = [
      ['2026-06-01', '2026-06-06'],
      ['2026-06-09', '2026-06-14'],
    ] as const

    expect(shareOf(of('aws', ...early)) - shareOf(of('aws', ...late))).toBeGreaterThan(0.15)
    expect(shareOf(of('azure', ...late)) - shareOf(of('azure', ...early))).toBeGreaterThan(0.15)
  })
})

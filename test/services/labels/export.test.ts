import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { SettledLine } from '../../../shared/records'
import { shownText } from '../../../shared/text'
import { cascadeId } from '../../../shared/text/cascade'
import { aSettledLine, CATEGORIES, manifestOf } from '../../given'
import { newWorld } from './world'

const FORMS = ['csv', 'label-studio', 'manifest'] as const

const instant = fc
  .date({ min: new Date('2001-01-01T00:00:00Z'), max: new Date('2026-11-22T11:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, -1))
// Posts contain arbitrary text: quotes, formulas, line breaks, markup.
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.constantFrom('=1+1', "'=HYPERLINK(1)", '-2 "quoted", with commas', '<script>alert(1)</script>', '"a"', "''@x"),
  )
  .map((one) => shownText(one))
  .filter((one) => one !== '')
const line: fc.Arbitrary<SettledLine> = fc
  .record({
    source: text,
    post: fc.stringMatching(/^(\d{1,19})?$/),
    hashtags: fc.uniqueArray(fc.constantFrom('aws', 'azure', 'ärger'), { maxLength: 3 }),
    date: instant.map((at) => at.slice(0, 10)),
    size: fc.integer({ min: 1, max: 100_000 }),
    label: fc.constantFrom(...CATEGORIES),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }).map((one) => one + 0),
    at: instant,
    judgements: fc.uniqueArray(
      fc.record({
        annotator: fc.constantFrom('ana', 'ben', 'private.eu-west-1.ABC', 'cho@example.org'),
        label: fc.constantFrom(...CATEGORIES),
      }),
      { maxLength: 3, selector: ({ annotator }) => annotator },
    ),
    adjudicated: fc.boolean(),
  })
  .map(({ source, post, hashtags, date, size, label, confidence, at, judgements, adjudicated }) =>
    aSettledLine(cascadeId(source), label, {
      source,
      'post-id': post,
      hashtags,
      date,
      size,
      metadata: { confidence, 'creation-date': at, judgements, ...(adjudicated ? { adjudicated } : {}) },
    }),
  )
const linesOf = fc.uniqueArray(line, { minLength: 1, maxLength: 8, selector: ({ item }) => item })

const plain = ({ 'label-metadata': metadata, ...rest }: SettledLine) => ({ ...rest, ...metadata, 'job-name': '' })

it.each(FORMS)('imports what it exported as %s', async (form) => {
  await fc.assert(
    fc.asyncProperty(linesOf, async (lines) => {
      const [here, there] = [newWorld(), newWorld()]
      await here.bucket.put('labeled/2026-11-21/output.manifest', manifestOf(lines))

      const { key, items, judgements } = await here.ask({ export: form })
      const exported = await here.bucket.read(String(key))
      const { batch, refused } = await there.take(String(key).slice('exports/'.length), exported!.body)

      expect(refused).toEqual({})
      expect(items).toBe(lines.length)
      expect(judgements).toBe(lines.flatMap((one) => one['label-metadata'].judgements).length)
      expect(there.lines(batch).map(plain)).toEqual(lines.map(plain).sort((a, b) => (a.item < b.item ? -1 : 1)))
    }),
    { numRuns: 100 },
  )
})

const one = (label: string, at: string, more: object = {}): SettledLine => ({
  source: 'Cold starts, measured',
  item: cascadeId('Cold starts, measured'),
  'post-id': '1',
  role: 'evaluation',
  hashtags: ['aws'],
  date: '2026-11-20',
  size: 3,
  'inclusion-probability': 0.25,
  label: CATEGORIES.indexOf(label),
  'label-metadata': {
    'class-name': label,
    confidence: 1,
    'human-annotated': 'yes',
    'job-name': 'labeling-job/a',
    'creation-date': at,
    type: 'groundtruth/text-classification',
    'schema-version': 1,
    judgements: [{ annotator: 'ana', label }],
    ...more,
  },
})

it.each(FORMS)('exports the current label of each item once, as %s', async (form) => {
  const { bucket, ask } = newWorld()
  await bucket.put('labeled/a/output.manifest', manifestOf([one('technical', '2026-11-20T10:00:00')]))
  await bucket.put('labeled/b/output.manifest', manifestOf([one('marketing', '2026-11-21T10:00:00')]))

  const { key, items } = await ask({ export: form })

  expect(items).toBe(1)
  expect(bucket.texts()[String(key)]).toContain('marketing')
  expect(bucket.texts()[String(key)]).not.toContain('technical')
})

it('names the exported file after its content', async () => {
  const { bucket, ask, labels } = newWorld()
  await bucket.put('labeled/a/output.manifest', manifestOf([one('technical', '2026-11-20T10:00:00')]))
  const first = await ask({ export: 'csv' })

  expect(await ask({ export: 'csv' }, new Date('2026-12-24T00:00:00Z'))).toEqual(first)
  await bucket.put('labeled/b/output.manifest', manifestOf([one('marketing', '2026-11-21T10:00:00')]))
  await labels.record('b')
  expect(await ask({ export: 'csv' })).not.toEqual(first)
})

it.each(['=cmd|calc!A1', '＝cmd|calc!A1'])(
  'escapes a post that a spreadsheet would run as a formula: %s',
  async (source) => {
    const { bucket, ask } = newWorld()
    const line = { ...one('technical', '2026-11-20T10:00:00'), source, 'post-id': source }
    await bucket.put('labeled/a/output.manifest', manifestOf([line]))

    const { key } = await ask({ export: 'csv' })

    expect(bucket.texts()[String(key)]).toContain(`,'${source},'${source},`)
  },
)

describe('labels of earlier definitions', () => {
  const from = { '1': { technical: 'how-to', marketing: 'promotion' } }
  const old = manifestOf([one('technical', '2026-11-20T10:00:00')])

  it.each(FORMS)('are exported under the names they map to and can be imported again, as %s', async (form) => {
    const [here, there] = [1, 2].map(() => newWorld(['how-to', 'promotion'], 2, from))
    await here!.bucket.put('labeled/a/output.manifest', old)

    const { key } = await here!.ask({ export: form })
    const exported = await here!.bucket.read(String(key))
    const { batch, refused } = await there!.take(String(key).slice('exports/'.length), exported!.body)

    expect(refused).toEqual({})
    expect(there!.lines(batch)[0]?.['label-metadata']).toMatchObject({
      'class-name': 'how-to',
      'schema-version': 2,
      judgements: [{ annotator: 'ana', label: 'how-to' }],
    })
  })

  it('are imported from a manifest when the configuration maps them', async () => {
    const [mapping, other] = [newWorld(['how-to', 'promotion'], 2, from), newWorld(['how-to', 'promotion'], 2)]

    const { batch } = await mapping.take('old.manifest', old)
    expect(mapping.lines(batch)[0]?.['label-metadata']['class-name']).toBe('how-to')
    expect(await other.take('old.manifest', old)).toMatchObject({ items: 0, refused: { 'other-schema-version': 1 } })
  })
})

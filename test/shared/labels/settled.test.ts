import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { readSettled } from '../../../shared/labels'
import { shownText, tokenise } from '../../../shared/text'
import { aSettledLine } from '../../given'

const rules = { schemaVersion: 1, categories: ['technical'] }

describe('readSettled', () => {
  it('accepts a class index as a string, which Ground Truth sometimes writes', () => {
    const line = { ...aSettledLine('a', 'technical'), label: '0' }

    expect(readSettled(JSON.stringify(line), rules)).toMatchObject({ item: 'a' })
  })

  it('maps a label of an earlier schema version as configured', () => {
    const mapping = {
      schemaVersion: 3,
      categories: ['technical', 'marketing'],
      from: { 1: { ad: 'marketing', technical: 'technical', gone: 'nothing' } },
    }
    const of = (label: string, version: number) =>
      readSettled(JSON.stringify(aSettledLine('a', label, { metadata: { 'schema-version': version } })), mapping)

    expect(of('ad', 1)).toMatchObject({
      label: 1,
      'label-metadata': { 'class-name': 'marketing', 'schema-version': 1 },
    })
    for (const [label, version] of [
      ['sports', 1],
      ['gone', 1],
      ['toString', 1],
      ['ad', 2],
    ] as const) {
      expect(of(label, version)).toMatchObject({ reason: 'other-schema-version', found: String(version) })
    }
  })

  it.each([
    ['null', 'null', { reason: 'invalid', field: '' }],
    ['a list', '[]', { reason: 'invalid' }],
    ['a truncated line', '{"source":"x', { reason: 'not-json', field: '' }],
    ['an empty object', '{}', { reason: 'invalid', field: 'source' }],
    [
      'a text without words',
      JSON.stringify(aSettledLine('a', 'technical', { source: ' \u0007 ' })),
      { reason: 'no-text', field: 'source' },
    ],
    [
      'a date that does not exist',
      JSON.stringify(aSettledLine('a', 'technical', { date: '2026-02-30' })),
      { field: 'date', found: '"2026-02-30"' },
    ],
    [
      'a size of zero',
      JSON.stringify(aSettledLine('a', 'technical', { size: 0 })),
      { reason: 'invalid', field: 'size', found: '0' },
    ],
    ['white space in an id', JSON.stringify(aSettledLine('a b', 'technical')), { reason: 'invalid', field: 'item' }],
  ])('refuses %s with a named error', (_, text, refusal) => {
    expect(readSettled(text, rules)).toMatchObject(refusal)
  })

  it('refuses exactly the texts without tokens', () => {
    const parts = fc.constantFrom(
      'RT @ana:',
      '@ana',
      ' ',
      '\u0007',
      '…',
      '🚀',
      '#',
      '__label__',
      'a',
      '7',
      'é',
      '_',
      '\ufe0f',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(parts).map((some) => some.join('')),
        ),
        (source) => {
          const read = readSettled(JSON.stringify(aSettledLine('a', 'technical', { source })), rules)
          expect('reason' in read && read.reason === 'no-text').toBe(tokenise(shownText(source)).length === 0)
        },
      ),
      { numRuns: 500 },
    )
  })
})

import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { readSettled } from '../../../shared/labels'
import { shownText, tokenise } from '../../../shared/text'
import { aSettledLine } from '../../given'

const rules = { schemaVersion: 1, categories: ['technical'] }

describe('readSettled', () => {
  it('takes a class index that is a string, as Ground Truth sometimes writes it', () => {
    const line = { ...aSettledLine('a', 'technical'), label: '0' }

    expect(readSettled(JSON.stringify(line), rules)).toMatchObject({ item: 'a' })
  })

  it('reads a label of an earlier schema version as what it counts as, where that is said', () => {
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
    ['half a line', '{"source":"x', { reason: 'not-json', field: '' }],
    ['nothing inside', '{}', { reason: 'invalid', field: 'source' }],
    [
      'no words',
      JSON.stringify(aSettledLine('a', 'technical', { source: ' \u0007 ' })),
      { reason: 'no-text', field: 'source' },
    ],
    [
      'a day that is none',
      JSON.stringify(aSettledLine('a', 'technical', { date: '2026-02-30' })),
      { field: 'date', found: '"2026-02-30"' },
    ],
    [
      'a size of zero',
      JSON.stringify(aSettledLine('a', 'technical', { size: 0 })),
      { reason: 'invalid', field: 'size', found: '0' },
    ],
    ['white space in an id', JSON.stringify(aSettledLine('a b', 'technical')), { reason: 'invalid', field: 'item' }],
  ])('refuses %s by name', (_, text, refusal) => {
    expect(readSettled(text, rules)).toMatchObject(refusal)
  })

  it('refuses just the texts that have no tokens', () => {
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

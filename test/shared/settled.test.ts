import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { looksSettled, readSettled } from '../../shared/settled'
import { settledLine } from '../../shared/records'
import { settledOf } from '../services/formatter/settled-lines'

const rules = { schemaVersion: 1, categories: ['technical'] }

/** Every path to a value inside, that of the whole left out. */
const pathsIn = (value: unknown): string[][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => [[key], ...pathsIn(inner).map((path) => [key, ...path])])
    : []
const replaced = (value: unknown, [key, ...rest]: string[], by: unknown): unknown => {
  if (key === undefined) return by
  const copy: Record<string, unknown> = Array.isArray(value) ? Object.assign([], value) : { ...Object(value) }
  copy[key] = replaced(copy[key], rest, by)
  return copy
}

describe('looksSettled', () => {
  it('knows a settled line without asking the schema', () => {
    expect(looksSettled(settledOf('a', 'technical'))).toBe(true)
  })

  it('accepts nothing that the schema refuses', () => {
    const line = { ...settledOf('a', 'technical'), 'inclusion-probability': 0.5 }
    fc.assert(
      fc.property(
        fc.constantFrom(...pathsIn(line)),
        fc.oneof(fc.jsonValue(), fc.constantFrom(undefined, '', '2026-13-01', '2026-11-22', -1, 1.5, '7', [], {})),
        (path, value) => {
          const changed = replaced(line, path, value)
          expect(looksSettled(changed) && !settledLine.safeParse(changed).success).toBe(false)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('readSettled', () => {
  it('takes a class index that is a string, as Ground Truth sometimes writes it', () => {
    const line = { ...settledOf('a', 'technical'), label: '0' }

    expect(readSettled(JSON.stringify(line), rules)).toMatchObject({ item: 'a' })
  })

  it('reads a label of an earlier schema version as what it counts as, where that is said', () => {
    const mapping = {
      schemaVersion: 3,
      categories: ['technical', 'marketing'],
      from: { 1: { ad: 'marketing', technical: 'technical', gone: 'nothing' } },
    }
    const of = (label: string, version: number) =>
      readSettled(JSON.stringify(settledOf('a', label, { metadata: { 'schema-version': version } })), mapping)

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
  ])('refuses %s by name', (_, text, refusal) => {
    expect(readSettled(text, rules)).toMatchObject(refusal)
  })
})

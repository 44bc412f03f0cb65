import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import { z } from 'zod'
import { settings } from '../../shared/settings'

const page = readFileSync(path.resolve(__dirname, '../../docs/configuration.md'), 'utf8')
const rows = [...page.matchAll(/^\| `([^`]+)` +\| (.*?) +\|/gm)].map(
  ([, option, fallback]) => [option!, fallback!] as const,
)

interface Schema {
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  items?: Schema
  oneOf?: Schema[]
  default?: unknown
}

interface Option {
  at: string
  fallback: string
}

// zod's type of JSON Schema is wider than the schema it generates here.
const options = unique(leaves(z.toJSONSchema(settings, { io: 'input' }) as Schema, '', 'required'))

it('documents every option, and no unknown one', () => {
  expect(rows.map(([option]) => option).sort()).toEqual(options.map(({ at }) => at).sort())
})

it.each(rows)('%s has the documented default', (option, written) => {
  const { fallback } = options.find(({ at }) => at === option) ?? {}

  expect(written.split(', of a file ').join(' or ')).toBe(fallback)
})

/** Every option of bellwether.yml: its path and its default. */
function leaves(schema: Schema, at: string, fallback: string): Option[] {
  if (schema.oneOf) return schema.oneOf.flatMap((one) => leaves(one, at, fallback))
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([name, inner]) =>
      leaves(inner, at ? `${at}.${name}` : name, fallbackOf(inner, schema.required?.includes(name) ?? false)),
    )
  }
  if (typeof schema.additionalProperties === 'object')
    return leaves(schema.additionalProperties, `${at}.<name>`, 'required')
  if (schema.items) return leaves(schema.items, `${at}[]`, schema.default === undefined ? 'required' : fallback)
  return [{ at, fallback }]
}

function fallbackOf({ default: value }: Schema, required: boolean): string {
  if (value === '') return 'empty'
  if (value !== undefined) return `\`${JSON.stringify(value).replaceAll('"', '')}\``
  return required ? 'required' : 'none'
}

/** Merges an option of several source types into one row with all its defaults. */
function unique(all: Option[]): Option[] {
  const defaults = new Map<string, Set<string>>()
  for (const { at, fallback } of all) defaults.set(at, (defaults.get(at) ?? new Set()).add(fallback))
  return [...defaults].map(([at, fallbacks]) => ({ at, fallback: [...fallbacks].join(' or ') }))
}

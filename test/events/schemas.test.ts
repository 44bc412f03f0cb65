import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { consumed, published } from '../../events'
import { documentFiles, eventsPage, schemaFiles, withSqlTables } from '../../bin/generated'

const root = path.resolve(__dirname, '../..')
const read = (file: string) =>
  existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), 'utf8') : undefined
const cases = published.map((event) => [event.name, event] as const)

describe('the generated files (by `node bin/run.mjs bin/schemas.ts`)', () => {
  it('match the catalogue', () => {
    expect(read('docs/events.md')).toBe(eventsPage())
    expect(read('docs/tables.md')).toBe(withSqlTables(read('docs/tables.md') ?? ''))
    for (const [file, text] of [...schemaFiles(), ...documentFiles()]) expect([file, read(file)]).toEqual([file, text])
  })

  it('contain no schema of a removed event', () => {
    const there = readdirSync(path.join(root, 'events/schemas')).map((name) => `events/schemas/${name}`)

    expect(there.sort()).toEqual([...schemaFiles().keys()].sort())
  })
})

describe.each(cases)('%s', (_, event) => {
  const { detail, example, version } = event

  it('accepts its own example, which has its version and an id', () => {
    expect(detail.parse(example)).toEqual(example)
    expect(example).toMatchObject({ version, id: expect.any(String) })
  })

  it('is refused with an unknown field, and without a required one', () => {
    expect(detail.safeParse({ ...Object(example), another: 1 }).success).toBe(false)
    for (const name of z.toJSONSchema(detail).required ?? []) {
      const { [name]: _dropped, ...rest } = Object(example)
      expect([name, detail.safeParse(rest).success]).toEqual([name, false])
    }
  })

  it('has one sentence that describes a past fact or a state', () => {
    expect(event.meaning).toMatch(/^[A-Z].*\.$/)
    expect(event.name).toMatch(/^[A-Z]\w+$/)
  })
})

it('lists the event of every file in events/', () => {
  const files = readdirSync(path.join(root, 'events')).filter((name) => name.endsWith('.ts'))
  const events = files.filter((name) => !['index.ts', 'define.ts', 'fields.ts'].includes(name))

  expect(events).toHaveLength(published.length + consumed.length)
})

it('has no event twice', () => {
  expect(new Set(published.map(({ name, version }) => `${name} ${version}`)).size).toBe(published.length)
})

it.each(consumed.map((event) => [event.name, event] as const))(
  'reads %s as AWS documents it',
  (_, { detail, example }) => {
    expect(detail.safeParse(example.detail).success).toBe(true)
  },
)

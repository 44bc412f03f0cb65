import { z } from 'zod'
import * as catalogue from '../events'
import type { PublishedEvent } from '../events'
import { reportIndexRecord, reportRecord } from '../shared/records'

const COMMAND = 'node bin/run.mjs bin/schemas.ts'
const NOTICE = `Generated from events/ by \`${COMMAND}\`; do not edit.`

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1)
const published = [...catalogue.published].sort(byName)
const consumed = [...catalogue.consumed].sort(byName)

/** The JSON Schema of an event's detail, by the name of its file. */
export const schemaFiles = (): Map<string, string> =>
  new Map(
    published.map((event) => [`events/schemas/${fileOf(event)}`, `${JSON.stringify(schemaOf(event), null, 2)}\n`]),
  )

/** What we write into the bucket for others to read. */
const documents = [
  { file: 'docs/report.schema.json', title: 'reports/hashtag=<h>/date=<d>.json', record: reportRecord },
  { file: 'docs/report-index.schema.json', title: 'reports/index.json', record: reportIndexRecord },
]

/** The JSON Schema of each document that others read, by the name of its file. A reader lets unknown fields through. */
export const documentFiles = (): Map<string, string> =>
  new Map(
    documents.map(({ file, title, record }) => {
      const { $schema, ...schema } = z.toJSONSchema(record, { io: 'input' })
      const notice = `Generated from shared/records/ by \`${COMMAND}\`; do not edit.`
      return [file, `${JSON.stringify({ $schema, $comment: notice, title, ...schema }, null, 2)}\n`]
    }),
  )

/** The page that describes every event that we publish or react to. */
export const eventsPage = (): string =>
  [
    `<!-- ${NOTICE} -->`,
    '',
    '# Events',
    '',
    'All events below go on the bus `bellwether-<stage>`; `source` is `bellwether.` and the service, `detail-type` the name.',
    'An event can come twice: the same fact has the same `detail.id`. It can come late: look at what it names.',
    'A detail that changes gets a new `detail.version`. The JSON Schemas are in `events/schemas/`.',
    '',
    ...tableOf(''),
    '',
    "Of AWS's own events we react to these:",
    '',
    '| event | source | meaning |',
    '| --- | --- | --- |',
    ...consumed.map(({ name, source, meaning }) => `| ${name} | ${source} | ${meaning} |`),
    '',
    ...published.flatMap(section),
  ].join('\n')

const BEGIN = `<!-- events: ${NOTICE} -->`
const END = '<!-- end of events -->'

/** The README with the table of what we publish as the catalogue has it, between its two marks. */
export function withEvents(readme: string): string {
  const [before, rest] = readme.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`the README has no ${BEGIN} … ${END}`)
  return `${before}${BEGIN}\n\n${tableOf('docs/events.md').join('\n')}\n\n${END}${after}`
}

const tableOf = (page: string): string[] => [
  '| event | published by | meaning |',
  '| --- | --- | --- |',
  ...published.map(
    ({ name, publishedBy, meaning }) =>
      `| [${name}](${page}#${name.toLowerCase()}) | ${[publishedBy].flat().join(', ')} | ${meaning} |`,
  ),
]

const fileOf = ({ name, version }: PublishedEvent): string => `${name}.v${version}.json`

const schemaOf = (event: PublishedEvent): object => {
  const { $schema, ...schema } = z.toJSONSchema(event.detail)
  const title = `Detail of ${event.name}, version ${event.version}`
  return { $schema, $comment: NOTICE, title, description: event.meaning, ...schema, examples: [event.example] }
}

function section(event: PublishedEvent): string[] {
  const { properties = {} } = z.toJSONSchema(event.detail)
  const rows = Object.entries(properties).map(([name, field]) => {
    const { description = '', ...type } = typeof field === 'object' ? field : {}
    return `| \`${name}\` | ${typeOf(type)} | ${description} |`
  })
  return [
    `## ${event.name}`,
    '',
    `${event.meaning} Version ${event.version}, [schema](../events/schemas/${fileOf(event)}).`,
    '',
    '| field | type | |',
    '| --- | --- | --- |',
    ...rows,
    '',
    '```json',
    JSON.stringify(event.example, null, 2),
    '```',
    '',
  ]
}

type Schema = z.core.JSONSchema.JSONSchema

/** A JSON Schema in a few words. */
function typeOf({ type, anyOf, const: constant, enum: values, items, format }: Schema): string {
  if (constant !== undefined) return `\`${JSON.stringify(constant)}\``
  if (values) return values.map((value) => `\`${JSON.stringify(value)}\``).join(' or ')
  if (anyOf) return anyOf.map(typeOf).join(' or ')
  if (type === 'array')
    return items && !Array.isArray(items) && items !== true ? `list of ${typeOf(items as Schema)}` : 'list'
  return [[type ?? 'anything'].flat().join(' or '), ...(format ? [`(${format})`] : [])].join(' ')
}

// Writes what is generated: of the catalogue of events events/schemas/*.json, docs/events.md and the README's table; of
// shared/records/ the schemas of the documents that others read, docs/*.schema.json.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { documentFiles, eventsPage, schemaFiles, withEvents } from './generated'

const files = schemaFiles()
mkdirSync('events/schemas', { recursive: true })
for (const name of readdirSync('events/schemas')) {
  if (!files.has(`events/schemas/${name}`)) rmSync(`events/schemas/${name}`)
}
for (const [file, text] of [...files, ...documentFiles()]) writeFileSync(file, text)
writeFileSync('docs/events.md', eventsPage())
writeFileSync('README.md', withEvents(readFileSync('README.md', 'utf8')))
console.log(`wrote docs/events.md, the table in README.md and ${files.size} schemas`)

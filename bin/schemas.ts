// Writes what is generated from the catalogue of events: events/schemas/*.json, docs/events.md, the README's table.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { eventsPage, schemaFiles, withEvents } from '../events/document'

const files = schemaFiles()
mkdirSync('events/schemas', { recursive: true })
for (const name of readdirSync('events/schemas')) {
  if (!files.has(`events/schemas/${name}`)) rmSync(`events/schemas/${name}`)
}
for (const [file, text] of files) writeFileSync(file, text)
writeFileSync('docs/events.md', eventsPage())
writeFileSync('README.md', withEvents(readFileSync('README.md', 'utf8')))
console.log(`wrote docs/events.md, the table in README.md and ${files.size} schemas`)

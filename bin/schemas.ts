// Writes what is generated from the catalogue of events: events/schemas/*.json and docs/events.md.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { eventsPage, schemaFiles } from '../events/document'

const files = schemaFiles()
mkdirSync('events/schemas', { recursive: true })
for (const name of readdirSync('events/schemas')) {
  if (!files.has(`events/schemas/${name}`)) rmSync(`events/schemas/${name}`)
}
for (const [file, text] of files) writeFileSync(file, text)
writeFileSync('docs/events.md', eventsPage())
console.log(`wrote docs/events.md and ${files.size} schemas`)

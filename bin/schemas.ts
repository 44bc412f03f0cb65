// Writes everything that is generated:
// - from events/: events/schemas/*.json, docs/events.md;
// - from shared/records/: the schemas of the documents that others read, docs/*.schema.json;
// - from shared/sql-tables/: the tables in docs/tables.md;
// - from the embedded cloud and its callers: the resource types and operations in packages/embedded-aws/README.md;
// - from shared/keys.ts, shared/state/ and stack/permissions.yml: the two maps in docs/architecture.md.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { withMaps } from './architecture'
import { documentFiles, eventsPage, schemaFiles, withSqlTables } from './generated'
import { withOperations } from './operations'
import { withResourceTypes } from './resource-types'

const files = schemaFiles()
mkdirSync('events/schemas', { recursive: true })
for (const name of readdirSync('events/schemas')) {
  if (!files.has(`events/schemas/${name}`)) rmSync(`events/schemas/${name}`)
}
for (const [file, text] of [...files, ...documentFiles()]) writeFileSync(file, text)
writeFileSync('docs/events.md', eventsPage())
writeFileSync('docs/architecture.md', withMaps(readFileSync('docs/architecture.md', 'utf8'), '.'))
writeFileSync('docs/tables.md', withSqlTables(readFileSync('docs/tables.md', 'utf8')))
const CLOUD = 'packages/embedded-aws/README.md'
void withOperations(withResourceTypes(readFileSync(CLOUD, 'utf8')), '.').then((text) => writeFileSync(CLOUD, text))
console.log(`wrote docs/events.md and ${files.size} schemas`)

import { existsSync } from 'node:fs'
import path from 'node:path'
import { columnsOf, type ColumnType, SQL_TABLES, TABLE_NAMES, type TableName } from '../../shared/sql-tables/tables'
import { latestObjects } from '../../packages/embedded-aws/src/s3/latest-objects'

/** The files of a table, each with the values of its partition columns. */
export type TableFiles = Record<TableName, { file: string; partition: Record<string, string> }[]>

/** The tables in a cloud's data folder. Throws where there is no such folder, or no table in it. */
export function tablesIn(dataDir: string): TableFiles {
  const folder = path.resolve(dataDir)
  if (!existsSync(folder)) throw new Error(`there is no folder ${folder}; name the data folder of a cloud with --data`)
  const objects = latestObjects(folder, 'tables/')
  if (!objects)
    throw new Error(`${folder} is no data folder of a cloud: name the one that \`npm start -- --data DIR\` was given`)
  if (objects.size === 0)
    throw new Error(
      `no tables yet in ${folder}: they are written when a day is collected, labelled, reported or trained on`,
    )
  const filesOf = (name: TableName) =>
    Array.from(objects)
      .filter(([key]) => key.startsWith(`tables/${name}/`))
      .map(([key, file]) => ({ file, partition: partitionOf(key) }))
  return Object.fromEntries(TABLE_NAMES.map((name) => [name, filesOf(name)])) as TableFiles
}

const partitionOf = (key: string): Record<string, string> =>
  Object.fromEntries(
    key
      .split('/')
      .filter((part) => part.includes('='))
      .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
  )

const TYPES: Readonly<Record<ColumnType, string>> = {
  string: 'VARCHAR',
  bigint: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
}

/** The longest row of a table as text, in bytes. */
const LONGEST_ROW = 256 * 2 ** 20

/** The SQL that makes a view of each table. */
export const viewsOf = (tables: TableFiles): string[] => TABLE_NAMES.map((name) => viewOf(name, tables[name]))

/** The partition columns come from the keys, because file names do not contain them. */
function viewOf(name: TableName, files: TableFiles[TableName]): string {
  const columns = columnsOf(name).map(([column, { type }]) => [column, TYPES[type]] as const)
  const partitions = SQL_TABLES[name].partitions
  if (files.length === 0) {
    const typed = [...columns, ...partitions.map((column) => [column, 'VARCHAR'] as const)]
    return `create view ${name} as select ${typed.map(([column, type]) => `cast(null as ${type}) as ${column}`).join(', ')} where false`
  }
  const selected = [...columns.map(([column]) => `found.${column}`), ...partitions.map((column) => `place.${column}`)]
  const places = files.map(
    ({ file, partition }) =>
      `(${[file, ...partitions.map((column) => partition[column] ?? '')].map(quoted).join(', ')})`,
  )
  return [
    `create view ${name} as select ${selected.join(', ')}`,
    `from read_json([${files.map(({ file }) => quoted(file)).join(', ')}], format = 'newline_delimited', compression = 'gzip',`,
    `filename = true, maximum_object_size = ${LONGEST_ROW}, columns = {${columns.map(([column, type]) => `${column}: '${type}'`).join(', ')}}) as found`,
    `inner join (values ${places.join(', ')}) as place(filename, ${partitions.join(', ')}) on place.filename = found.filename`,
  ].join(' ')
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

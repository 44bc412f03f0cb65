import type { DuckDBConnection, JS } from '@duckdb/node-api'
import { type TableFiles, viewsOf } from './sources'

/** The result of a query. */
export interface Result {
  columns: readonly string[]
  rows: readonly (readonly Value[])[]
}

export type Value = string | number | boolean | null

/**
 * Run one query over the tables. It can read them and nothing else: no other file, no network, and so no extension is
 * downloaded. Throws DuckDB's message.
 */
export async function runQuery(tables: TableFiles, sql: string): Promise<Result> {
  const { DuckDBInstance, StatementType } = await loaded()
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  try {
    await prepare(connection, tables)
    const statements = await connection.extractStatements(sql)
    if (statements.count !== 1) throw new Error(`one query at a time: there are ${statements.count}`)
    const statement = await statements.prepare(0)
    if (statement.statementType !== StatementType.SELECT && statement.statementType !== StatementType.EXPLAIN)
      throw new Error('the tables are read-only: write a query that begins with select or with')
    const reader = await statement.runAndReadAll()
    return { columns: reader.columnNames(), rows: reader.getRowsJS().map((row) => row.map(plain)) }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

async function prepare(connection: DuckDBConnection, tables: TableFiles): Promise<void> {
  for (const view of viewsOf(tables)) await connection.run(view)
  const files = Object.values(tables).flat()
  await connection.run(`set allowed_paths = [${files.map(({ file }) => `'${file.replaceAll("'", "''")}'`).join(', ')}]`)
  await connection.run('set enable_external_access = false')
  await connection.run('set lock_configuration = true')
}

/** DuckDB is native code, in a package for each platform. */
async function loaded() {
  try {
    return await import('@duckdb/node-api')
  } catch (error) {
    const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new Error(
      `DuckDB cannot be loaded on ${process.platform} ${process.arch}: ${why}; run npm ci, or query the tables on another machine`,
      { cause: error },
    )
  }
}

/** A value as JSON represents it. An integer beyond the precision of a double becomes text. */
function plain(value: JS | undefined): Value {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Date) return value.toISOString()
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner))
}

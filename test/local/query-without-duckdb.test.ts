import { expect, it, jest } from '@jest/globals'
import { runQuery } from '../../local/query/duckdb'
import type { TableFiles } from '../../local/query/sources'
import { TABLE_NAMES } from '../../shared/sql-tables/tables'

jest.mock('@duckdb/node-api', () => {
  throw new Error("Cannot find module '@duckdb/node-bindings-plan9-x64'\nRequire stack:\n- here")
})

const nothing = Object.fromEntries(TABLE_NAMES.map((name) => [name, []])) as unknown as TableFiles

it('says that DuckDB cannot be loaded on this platform, why, and what to do', async () => {
  await expect(runQuery(nothing, 'select 1')).rejects.toThrow(
    `DuckDB cannot be loaded on ${process.platform} ${process.arch}: Cannot find module '@duckdb/node-bindings-plan9-x64'; run npm ci, or query the tables on another machine`,
  )
})

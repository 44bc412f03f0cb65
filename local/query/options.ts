import { parseArgs } from 'node:util'

export type OutputForm = 'table' | 'csv' | 'json'

export interface QueryOptions {
  /** SQL, or the name of a query; without it, the queries are listed. */
  query: string | undefined
  data: string | undefined
  form: OutputForm
}

export const QUERY_USAGE = `Queries the tables of a cloud on this machine in SQL: of a running cloud, or of the data folder of a stopped one.

  npm run query                              list the named queries
  npm run query -- share-by-day              run one of them
  npm run query -- "select day, count(*) as posts from posts group by day order by day"

  --data DIR        the data folder of the cloud (that of the last \`npm start\` or \`npm run local\`)
  --csv             print CSV
  --json            print one JSON object a line
  --help            this text

The same queries run on Athena in a deployed stack; docs/tables.md has the tables and their columns.
Control characters in texts are printed as their numbers. In CSV a text that a spreadsheet would run gets a quote before it.
`

/** The options of the command, or what is wrong with them in one sentence. */
export function parseQueryOptions(argv: string[]): QueryOptions | { problem: string } | 'help' {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        csv: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) return 'help'
    if (values.csv && values.json) return { problem: '--csv and --json exclude each other: choose one' }
    const [query, ...more] = positionals
    if (more.length > 0) return { problem: `one query at a time: put it in quotes (found also ${more.join(' ')})` }
    return { query, data: values.data, form: values.csv ? 'csv' : values.json ? 'json' : 'table' }
  } catch (error) {
    return { problem: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) }
  }
}

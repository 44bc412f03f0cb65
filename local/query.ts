import { runCommand } from './command'
import { runQuery } from './query/duckdb'
import { namedQueries } from './query/named'
import { parseQueryOptions, type QueryOptions, QUERY_USAGE } from './query/options'
import { shown } from './query/show'
import { tablesIn } from './query/sources'
import { lastFolder } from './running'
import { createScreen } from './screen'

void runCommand(main, () => 1)

async function main(argv: string[]): Promise<number> {
  const chosen = parseQueryOptions(argv)
  if (chosen === 'help') {
    console.log(QUERY_USAGE)
    return 0
  }
  if ('problem' in chosen) {
    console.error(`${chosen.problem}\n\nnpm run query -- --help lists the options.`)
    return 2
  }
  const { query } = chosen
  if (query === undefined) {
    console.log(listed())
    return 0
  }
  return answer(query, chosen)
}

async function answer(query: string, { data, form }: QueryOptions): Promise<number> {
  const named = namedQueries().find(({ name }) => name === query)
  // One word alone is not SQL, so it is a misspelt name.
  if (!named && /^[\w-]+$/.test(query))
    throw new Error(`there is no query ${query}; choose one of these\n\n${listed()}`)
  const folder = data ?? lastFolder()
  if (folder === undefined)
    throw new Error('No cloud was started here: `npm start` starts one, or name a data folder with --data.')
  const screen = createScreen(process.stderr, { isQuiet: true })
  screen.progress('reading the tables …')
  let result
  try {
    result = await runQuery(tablesIn(folder), named?.sql ?? query)
  } finally {
    screen.clear()
  }
  process.stdout.write(shown(result, form))
  return 0
}

function listed(): string {
  const queries = namedQueries()
  const width = Math.max(...queries.map(({ name }) => name.length))
  return [
    'Named queries; npm run query -- NAME runs one, and -- "select …" any other:',
    ...queries.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`),
  ].join('\n')
}

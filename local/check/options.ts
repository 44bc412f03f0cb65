import { parseArgs } from 'node:util'

/** What a file may be checked as. */
export type Kind = 'posts' | 'labels'

export interface CheckOptions {
  files: string[]
  /** What the files are; recognised by their content where this is not given. */
  as?: Kind | undefined
  config?: string | undefined
  /** Whether every refused row is listed. */
  all: boolean
}

export const CHECK_USAGE = `Reads files of posts or labels and says what would be used, and what refused. Starts nothing, writes nothing.

  npm start -- check FILE...

  --as posts|labels     what the files are (found out by their columns)
  --config FILE         another bellwether.yml: its categories and hashtags are those that count
  --all                 list every refused row with its line and field
  --help                this text

Posts need a text; createdAt, id, hashtag, author, language, retweetOf and label are read where they are there. Labels
need text and label. CSV with any delimiter, JSON Lines, JSON arrays, flattened answers of X, tweets.js of X's archive,
exports of Label Studio and augmented manifests are told apart by their content (docs/files.md).

Exit codes: 0 every row can be used; 1 some rows are refused, the others can be used; 2 no row can be used, the file
cannot be read, or an option is wrong.
`

/** The options of a check, or what is wrong with them in one sentence. */
export function parseCheck(argv: readonly string[]): CheckOptions | { problem: string } | 'help' {
  let read: ReturnType<typeof parsed>
  try {
    read = parsed(argv)
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
  const { values, positionals: files } = read
  if (values.help) return 'help'
  const as = (['posts', 'labels'] as const).find((kind) => kind === values.as)
  if (values.as !== undefined && !as) return { problem: `--as takes posts or labels, not "${values.as}"` }
  if (files.length === 0) return { problem: 'check needs a file: npm start -- check FILE' }
  return { files, as, config: values.config, all: values.all ?? false }
}

const parsed = (argv: readonly string[]) =>
  parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      as: { type: 'string' },
      config: { type: 'string' },
      all: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })

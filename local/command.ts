import { printable } from './printable'

/**
 * Run a command on the words that it was given, and end with the exit code that it answers. An error that it throws is
 * printed as its message; `codeOf` says which exit code it has.
 */
export async function runCommand(
  main: (argv: string[]) => Promise<number>,
  codeOf: (error: unknown) => number,
): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    // A message may hold a value of a post, such as what DuckDB says of one.
    console.error(printable(error instanceof Error ? error.message : String(error)))
    process.exitCode = codeOf(error)
  }
}

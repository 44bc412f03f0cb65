import { printable } from '../packages/embedded-aws/src/printable'

/**
 * Run a command with its arguments, and end with the exit code that it returns. An error that it throws is printed as
 * its message; `codeOf` returns its exit code.
 */
export async function runCommand(
  main: (argv: string[]) => Promise<number>,
  codeOf: (error: unknown) => number,
): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    // A message may quote a post, as DuckDB's messages do.
    console.error(printable(error instanceof Error ? error.message : String(error)))
    process.exitCode = codeOf(error)
  }
}

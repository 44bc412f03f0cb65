import { parseArgs, type ParseArgsConfig } from 'node:util'

type OptionsConfig = NonNullable<ParseArgsConfig['options']>

interface More<Name> {
  /** Options without which nothing can be measured. */
  needs?: readonly Name[]
  /** Whether words without a flag are allowed. */
  positionals?: boolean
}

/**
 * Read the options of a benchmark. `--help` prints the usage and ends with 0. An unknown option, a missing value or a
 * missing option of `needs` is named before any work, and ends with 2.
 */
export function benchOptions<const Options extends OptionsConfig>(
  usage: string,
  options: Options,
  { needs = [], positionals = false }: More<keyof Options & string> = {},
) {
  const words = process.argv.slice(2)
  if (words.includes('--help')) {
    console.log(usage.trim())
    process.exit(0)
  }
  try {
    const read = parseArgs({ args: words, options, allowPositionals: positionals })
    const given: Record<string, unknown> = read.values
    const missing = needs.filter((name) => !given[name])
    if (missing.length > 0) throw new Error(`missing: ${missing.map((name) => `--${name}`).join(', ')}`)
    return read
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}; --help lists the options`)
    process.exit(2)
  }
}

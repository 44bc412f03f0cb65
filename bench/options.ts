import { existsSync } from 'node:fs'
import { parseArgs, type ParseArgsConfig } from 'node:util'

type OptionsConfig = NonNullable<ParseArgsConfig['options']>

interface More<Name> {
  /** Required options. */
  needs?: readonly Name[]
  /** Whether positional arguments are allowed. */
  positionals?: boolean
}

/**
 * Read the options of a benchmark. `--help` prints the usage and ends with 0. Four mistakes are named before any work and
 * end with 2: an unknown option, a missing value, a missing option of `needs`, and a word where the default is a number.
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
    const { data } = given
    if (needs.some((name) => name === 'data') && typeof data === 'string' && !existsSync(data))
      throw new Error(`--data ${data}: there is no such folder`)
    const [wrong] = wrongNumbers(options, given)
    if (wrong !== undefined) throw new Error(wrong)
    return read
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}; --help lists the options`)
    process.exit(2)
  }
}

const WHOLE = /^\d+$/
const DECIMAL = /^\d+(\.\d+)?$/

/** The problems of options whose defaults are numbers, or lists of numbers with commas between them. */
export function wrongNumbers(options: OptionsConfig, given: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(options).flatMap(([name, { default: usual }]) => {
    const value = given[name]
    if (typeof usual !== 'string' || typeof value !== 'string') return []
    const defaults = usual.split(',')
    if (!defaults.every((one) => DECIMAL.test(one))) return []
    const form = defaults.every((one) => WHOLE.test(one)) ? WHOLE : DECIMAL
    const isList = defaults.length > 1
    if ((isList ? value.split(',') : [value]).every((one) => form.test(one))) return []
    const wanted = `${form === WHOLE ? 'a whole number' : 'a number'}${isList ? ', or several with commas' : ''}`
    return [`--${name} "${value}": it takes ${wanted}, as in ${usual}`]
  })
}

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { BellwetherError } from '../../shared/errors'
import { parseSettings, type Settings } from '../../shared/settings'
import { refuseNoFile } from '../given-file'
import { kindOfFile } from './kind'
import { checkLabels } from './labels'
import type { CheckOptions, Kind } from './options'
import { checkPosts } from './posts'
import type { FileReport } from './report'

export interface CheckSurroundings {
  /** The folder of `bellwether.yml`. */
  root: string
  now: Date
  say: (line: string) => void
}

/** Exit codes: all rows, some rows, none. */
export type ExitCode = 0 | 1 | 2

/** Check files one after another and print what would happen to each. Returns the exit code: that of the worst file. */
export async function checkFiles(options: CheckOptions, { root, now, say }: CheckSurroundings): Promise<ExitCode> {
  const settings = settingsFrom(options, root)
  let worst: ExitCode = 0
  for (const [i, file] of options.files.entries()) {
    if (i > 0) say('')
    const code = await checkFile(file, options, settings, now, say)
    if (code > worst) worst = code
  }
  return worst
}

async function checkFile(
  file: string,
  { as, all, config }: CheckOptions,
  settings: Settings,
  now: Date,
  say: (line: string) => void,
): Promise<ExitCode> {
  let report: FileReport
  try {
    refuseNoFile(file)
    const kind: Kind = as ?? (await kindOfFile(file))
    const rules = { settings, isOwn: config !== undefined, now, all }
    report = kind === 'posts' ? await checkPosts(file, rules) : await checkLabels(file, rules)
  } catch (error) {
    say(`${errorInWords(error)}\nNothing of ${path.basename(file)} can be used.`)
    return 2
  }
  for (const line of [...report.lines, ...report.places]) say(line)
  if (report.used === 0) return 2
  return report.refused > 0 ? 1 : 0
}

/** An error without its code, which is for logs. */
export const errorInWords = (error: unknown): string =>
  error instanceof BellwetherError
    ? error.message.slice(error.code.length + 2)
    : error instanceof Error
      ? error.message
      : String(error)

function settingsFrom({ config }: CheckOptions, root: string): Settings {
  const file = config ?? path.join(root, 'bellwether.yml')
  refuseNoFile(file)
  return parseSettings(readFileSync(file, 'utf8'), file)
}

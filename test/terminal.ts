import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ROOT } from '../local/root'

/** Arguments of Node.js with which both streams of a command count as a terminal. */
export const AS_TERMINAL = ['--import', 'data:text/javascript,process.stdout.isTTY=true;process.stderr.isTTY=true']
// oxlint-disable-next-line no-control-regex -- an erased line ends so
const ERASED = /[^\n]*\r\u001b\[K/g

/** The exit code of a command of this repository, and what a terminal shows of both its streams at the end. */
export async function onTerminal(entry: string, ...args: string[]): Promise<{ code: number | null; shown: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bellwether-terminal-'))
  const written = path.join(folder, 'written')
  const terminal = openSync(written, 'a')
  try {
    const child = spawn(process.execPath, [...AS_TERMINAL, 'bin/run.mjs', entry, ...args], {
      cwd: ROOT,
      stdio: ['ignore', terminal, terminal],
    })
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    return { code, shown: readFileSync(written, 'utf8').replaceAll(ERASED, '') }
  } finally {
    closeSync(terminal)
    rmSync(folder, { recursive: true })
  }
}

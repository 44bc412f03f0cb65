import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'

/** One run of a program, process start included: seconds, and megabytes at the peak. */
export type Run = { wall: number; cpu: number; peak: number }

const POLL_MS = 4

/** Runs a program to its end, output to a file. Wall and CPU time are bash's `time`, the peak is Linux's VmHWM. */
export async function measure(command: string, args: readonly string[], output = '/dev/null'): Promise<Run> {
  const out = openSync(output, 'w')
  const shell = spawn('bash', ['-c', 'TIMEFORMAT="%3R %3U %3S"; time "$@" 2>/dev/null', 'bash', command, ...args], {
    stdio: ['ignore', out, 'pipe'],
  })
  let said = ''
  shell.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  let peak = 0
  const poll = setInterval(() => (peak = Math.max(peak, peakOf(shell.pid!))), POLL_MS)
  const status = await new Promise<number | null>((resolve) => shell.on('close', resolve))
  clearInterval(poll)
  closeSync(out)
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${said}`)
  const [wall, user, system] = said.trim().split('\n').pop()!.split(' ').map(Number) as [number, number, number]
  return { wall, cpu: user + system, peak }
}

/** The most memory that the shell's child has held so far, in MB; 0 when it is gone. */
function peakOf(shell: number): number {
  try {
    const child = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ')[0]
    if (!child) return 0
    const kilobytes = /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${child}/status`, 'utf8'))?.[1]
    return Number(kilobytes ?? 0) / 1024
  } catch {
    return 0
  }
}

/** The median of each figure over several runs. */
export const medianRun = (runs: readonly Run[]): Run => ({
  wall: median(runs.map(({ wall }) => wall)),
  cpu: median(runs.map(({ cpu }) => cpu)),
  peak: median(runs.map(({ peak }) => peak)),
})

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

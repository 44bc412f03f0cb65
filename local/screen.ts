import { printable } from '../packages/embedded-aws/src/printable'

/** Where a command prints its progress. */
export interface Screen {
  say(text: string): void
  /** The current work. */
  progress(text: string): void
  /** The current work has ended. */
  clear(): void
}

/** Without a terminal, the maximum time between two lines of a work in progress. */
const BEAT_MS = 10_000
/** On a terminal, how often the seconds of the current work are renewed. */
const TICK_MS = 1000

/**
 * On a terminal, progress is a line that is overwritten, with the seconds that it takes. Elsewhere it is a line of its
 * own at least every ten seconds; `isQuiet` leaves out the line at the beginning, so that short work prints none. `print`
 * prints what is said where that is not `out`: both may be the same terminal.
 */
export function createScreen(
  out: NodeJS.WriteStream,
  {
    isQuiet = false,
    print = (line) => void out.write(`${line}\n`),
  }: { isQuiet?: boolean; print?: (line: string) => void } = {},
): Screen {
  return out.isTTY ? onTerminal(out, print) : inLines(out, print, isQuiet)
}

/** The current work with its seconds, once there are two. */
function timed(text: string, since: number): string {
  const seconds = Math.round((Date.now() - since) / 1000)
  return seconds > 1 ? `${text} (${seconds} s)` : text
}

function onTerminal(out: NodeJS.WriteStream, print: (line: string) => void): Screen {
  let isShown = false
  let underWay = ''
  let since = 0
  let tick: NodeJS.Timeout | undefined
  const wipe = () => {
    if (isShown) out.write('\r\u001b[K')
    isShown = false
  }
  const draw = () => {
    wipe()
    out.write(printable(timed(underWay, since)).slice(0, (out.columns || 80) - 1))
    isShown = true
  }
  const clear = () => {
    wipe()
    clearInterval(tick)
    tick = undefined
  }
  return {
    say(text) {
      wipe()
      print(printable(text))
    },
    progress(text) {
      if (text !== underWay || tick === undefined) since = Date.now()
      underWay = text
      draw()
      // It does not keep a command running.
      tick ??= setInterval(draw, TICK_MS).unref()
    },
    clear,
  }
}

function inLines(out: NodeJS.WriteStream, print: (line: string) => void, isQuiet: boolean): Screen {
  let underWay: string | undefined
  let since = 0
  let beat: NodeJS.Timeout | undefined
  const clear = () => {
    underWay = undefined
    clearTimeout(beat)
    beat = undefined
  }
  const wait = () => {
    clearTimeout(beat)
    // It does not keep a command running.
    beat = setTimeout(() => line(timed(underWay ?? '', since)), BEAT_MS).unref()
  }
  const line = (text: string) => {
    out.write(`${printable(text)}\n`)
    wait()
  }
  return {
    say(text) {
      print(printable(text))
      if (beat !== undefined) beat.refresh()
    },
    progress(text) {
      if (text !== underWay) since = Date.now()
      underWay = text
      if (beat !== undefined) return
      if (isQuiet) wait()
      else line(text)
    },
    clear,
  }
}

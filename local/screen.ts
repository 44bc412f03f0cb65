import { printable } from './printable'

/** Where a command prints its progress. */
export interface Screen {
  say(text: string): void
  /** The current work. */
  progress(text: string): void
  /** The current work has ended. */
  clear(): void
}

/** Without a terminal, the longest time without a line while work goes on. */
const BEAT_MS = 10_000

/**
 * On a terminal, progress is a line that is overwritten. Elsewhere it is left out, because it would only fill a file;
 * with `beats` it is a line of its own there, at the beginning and then at least every ten seconds.
 */
export function createScreen(out: NodeJS.WriteStream, { beats = false } = {}): Screen {
  return out.isTTY ? onTerminal(out) : beats ? inLines(out) : { ...inLines(out), progress: () => {}, clear: () => {} }
}

function onTerminal(out: NodeJS.WriteStream): Screen {
  let shown = false
  const clear = () => {
    if (shown) out.write('\r\u001b[K')
    shown = false
  }
  return {
    say(text) {
      clear()
      out.write(`${printable(text)}\n`)
    },
    progress(text) {
      clear()
      out.write(printable(text).slice(0, (out.columns || 80) - 1))
      shown = true
    },
    clear,
  }
}

function inLines(out: NodeJS.WriteStream): Screen {
  let underWay: string | undefined
  let since = 0
  let beat: NodeJS.Timeout | undefined
  const clear = () => {
    underWay = undefined
    clearTimeout(beat)
    beat = undefined
  }
  const line = (text: string) => {
    out.write(`${printable(text)}\n`)
    clearTimeout(beat)
    beat = setTimeout(() => {
      const seconds = Math.round((Date.now() - since) / 1000)
      line(`${underWay}${seconds > 1 ? ` (${seconds} s)` : ''}`)
    }, BEAT_MS)
    // It does not keep a command running.
    beat.unref()
  }
  return {
    say(text) {
      out.write(`${printable(text)}\n`)
      if (beat !== undefined) beat.refresh()
    },
    progress(text) {
      if (text !== underWay) since = Date.now()
      underWay = text
      if (beat === undefined) line(text)
    },
    clear,
  }
}

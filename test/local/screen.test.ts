import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { createScreen } from '../../local/screen'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

/** A screen on a terminal or a file, and its output. */
function screenOn(isTTY: boolean, isQuiet = false) {
  const written: string[] = []
  const out = { isTTY, columns: 80, write: (text: string) => written.push(text) > 0 }
  // The screen only writes to the stream, and reads whether it is a terminal and its width.
  const screen = createScreen(out as unknown as NodeJS.WriteStream, { isQuiet })
  return { screen, written }
}

it('overwrites progress on a terminal', () => {
  const { screen, written } = screenOn(true)

  screen.progress('one')
  screen.progress('two')
  screen.say('done')

  expect(written).toEqual(['one', '\r\u001b[K', 'two', '\r\u001b[K', 'done\n'])
})

it('renews the seconds of the current work on a terminal, also below what is said meanwhile', () => {
  const { screen, written } = screenOn(true)

  screen.progress('training')
  jest.advanceTimersByTime(2000)
  screen.say('a mail')
  jest.advanceTimersByTime(1000)
  screen.clear()
  jest.advanceTimersByTime(60_000)

  const erased = '\r\u001b[K'
  expect(written.join('')).toBe(
    `training${erased}training${erased}training (2 s)${erased}a mail\ntraining (3 s)${erased}`,
  )
})

it.each([true, false])('prints reports elsewhere, on a terminal after the erased line of progress: %s', (isTTY) => {
  const written: string[] = []
  const out = { isTTY, columns: 80, write: (text: string) => written.push(text) > 0 }
  const print = (line: string) => void written.push(`printed: ${line}`)
  const screen = createScreen(out as unknown as NodeJS.WriteStream, { isQuiet: true, print })

  screen.progress('one')
  screen.say('two')
  screen.clear()

  expect(written).toEqual([...(isTTY ? ['one', '\r\u001b[K'] : []), 'printed: two'])
})

it('prints no progress of short work without a terminal where it is quiet', () => {
  const { screen, written } = screenOn(false, true)

  screen.progress('one')
  jest.advanceTimersByTime(9_000)
  screen.clear()
  screen.progress('two')
  jest.advanceTimersByTime(20_000)
  screen.say('done')
  screen.clear()
  jest.advanceTimersByTime(60_000)

  expect(written).toEqual(['two (10 s)\n', 'two (20 s)\n', 'done\n'])
})

it('prints a line every ten seconds without a terminal while something is in progress', () => {
  const { screen, written } = screenOn(false)

  screen.progress('page 1')
  screen.progress('page 2')
  jest.advanceTimersByTime(10_000)
  screen.progress('page 3')
  jest.advanceTimersByTime(10_000)
  screen.clear()
  jest.advanceTimersByTime(60_000)

  expect(written).toEqual(['page 1\n', 'page 2 (10 s)\n', 'page 3 (10 s)\n'])
})

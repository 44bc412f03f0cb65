import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { createScreen } from '../../local/screen'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

/** A screen on a terminal or a file, and its output. */
function screenOn(isTTY: boolean, beats: boolean) {
  const written: string[] = []
  const out = { isTTY, columns: 80, write: (text: string) => written.push(text) > 0 }
  // The screen only writes to the stream, and reads whether it is a terminal and its width.
  const screen = createScreen(out as unknown as NodeJS.WriteStream, { beats })
  return { screen, written }
}

it('overwrites progress on a terminal', () => {
  const { screen, written } = screenOn(true, true)

  screen.progress('one')
  screen.progress('two')
  screen.say('done')

  expect(written).toEqual(['one', '\r\u001b[K', 'two', '\r\u001b[K', 'done\n'])
})

it('omits progress without a terminal', () => {
  const { screen, written } = screenOn(false, false)

  screen.progress('one')
  screen.say('done')
  jest.advanceTimersByTime(60_000)

  expect(written).toEqual(['done\n'])
})

it('prints a line every ten seconds without a terminal while something is in progress', () => {
  const { screen, written } = screenOn(false, true)

  screen.progress('page 1')
  screen.progress('page 2')
  jest.advanceTimersByTime(10_000)
  screen.progress('page 3')
  jest.advanceTimersByTime(10_000)
  screen.clear()
  jest.advanceTimersByTime(60_000)

  expect(written).toEqual(['page 1\n', 'page 2 (10 s)\n', 'page 3 (10 s)\n'])
})

import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { createScreen } from '../../local/screen'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

/** A screen on a terminal, or on a file, and what was written. */
function screenOn(isTTY: boolean, beats: boolean) {
  const written: string[] = []
  const out = { isTTY, columns: 80, write: (text: string) => written.push(text) > 0 }
  // Of a stream it writes to, and asks whether it is a terminal and how wide.
  const screen = createScreen(out as unknown as NodeJS.WriteStream, { beats })
  return { screen, written }
}

it('writes progress over on a terminal', () => {
  const { screen, written } = screenOn(true, true)

  screen.progress('one')
  screen.progress('two')
  screen.say('done')

  expect(written).toEqual(['one', '\r\u001b[K', 'two', '\r\u001b[K', 'done\n'])
})

it('leaves progress out elsewhere', () => {
  const { screen, written } = screenOn(false, false)

  screen.progress('one')
  screen.say('done')
  jest.advanceTimersByTime(60_000)

  expect(written).toEqual(['done\n'])
})

it('has a line every ten seconds elsewhere while something is under way, with beats', () => {
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

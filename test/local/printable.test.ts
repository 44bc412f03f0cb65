import { describe, expect, it } from '@jest/globals'
import { printable } from '../../local/printable'
import { createScreen } from '../../local/screen'

describe('a text for the terminal', () => {
  it.each([
    ['a new title of the window', 'tech\u001b]0;mine\u0007', 'tech\\u001b]0;mine\\u0007'],
    ['a control of eight bits', 'a\u009b2J', 'a\\u009b2J'],
    ['a text that turns around', 'a\u202egpj', 'a\\u202egpj'],
    ['a carriage return', 'right\rwrong', 'right\\u000dwrong'],
    ['lines and tabs, as they are', 'one\n\ttwo – drei', 'one\n\ttwo – drei'],
  ])('shows %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown)
  })

  it.each([true, false])('is all that a screen says (on a terminal: %p)', (isTTY) => {
    const written: string[] = []
    // A part of the stream is enough for it.
    const out = {
      isTTY,
      columns: 80,
      write: (text: string) => void written.push(text),
    } as unknown as NodeJS.WriteStream
    const screen = createScreen(out, { beats: true })

    screen.say('a\u001b[31m')
    screen.progress('b\u001b[31m')

    expect(written.slice(0, 2)).toEqual(
      isTTY ? ['a\\u001b[31m\n', 'b\\u001b[31m'] : ['a\\u001b[31m\n', 'b\\u001b[31m\n'],
    )
    screen.clear()
  })
})

import { describe, expect, it } from '@jest/globals'
import { printable } from '../../packages/embedded-aws/src/printable'
import { createScreen } from '../../local/screen'

describe('text for the terminal', () => {
  it.each([
    ['a new window title as text', 'tech\u001b]0;mine\u0007', 'tech\\u001b]0;mine\\u0007'],
    ['an 8-bit control character as text', 'a\u009b2J', 'a\\u009b2J'],
    ['a text with reversed direction as text', 'a\u202egpj', 'a\\u202egpj'],
    ['a carriage return as text', 'right\rwrong', 'right\\u000dwrong'],
    ['line breaks and tabs unchanged', 'one\n\ttwo – drei', 'one\n\ttwo – drei'],
  ])('shows %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown)
  })

  it.each([true, false])('is sanitised on every screen (on a terminal: %p)', (isTTY) => {
    const written: string[] = []
    // The screen needs only this part of a stream.
    const out = {
      isTTY,
      columns: 80,
      write: (text: string) => void written.push(text),
    } as unknown as NodeJS.WriteStream
    const screen = createScreen(out)

    screen.say('a\u001b[31m')
    screen.progress('b\u001b[31m')

    expect(written.slice(0, 2)).toEqual(
      isTTY ? ['a\\u001b[31m\n', 'b\\u001b[31m'] : ['a\\u001b[31m\n', 'b\\u001b[31m\n'],
    )
    screen.clear()
  })
})

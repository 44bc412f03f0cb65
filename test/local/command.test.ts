import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { runCommand } from '../../local/command'

const before = process.exitCode
let printed: jest.SpiedFunction<typeof console.error>
beforeEach(() => {
  printed = jest.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(() => {
  printed.mockRestore()
  process.exitCode = before
})

it('exits with the code that the command returns', async () => {
  await runCommand(
    async (argv) => (argv.length === process.argv.length - 2 ? 3 : 4),
    () => 1,
  )

  expect(process.exitCode).toBe(3)
  expect(printed).not.toHaveBeenCalled()
})

it("prints an error's message without stack and control characters, and exits with its code", async () => {
  await runCommand(
    () => Promise.reject(new RangeError('no \u001b[2J day')),
    (error) => (error instanceof RangeError ? 2 : 1),
  )

  expect(process.exitCode).toBe(2)
  expect(printed.mock.calls).toEqual([['no \\u001b[2J day']])
})

it('prints a thrown value that is not an error', async () => {
  await runCommand(
    () => Promise.reject('stopped'),
    () => 1,
  )

  expect(process.exitCode).toBe(1)
  expect(printed.mock.calls).toEqual([['stopped']])
})

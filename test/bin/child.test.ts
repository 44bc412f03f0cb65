import { spawn } from 'node:child_process'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from '@jest/globals'
import { ROOT } from '../../local/root'

const child = JSON.stringify(pathToFileURL(path.join(ROOT, 'bin/child.mjs')).href)

/** What a parent prints that waits for a child with this code, and is interrupted once the child runs. */
async function interrupted(code: string, signal: NodeJS.Signals | undefined, patienceMs: number): Promise<string> {
  const parent = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { spawn } from 'node:child_process'
    import { ended } from ${child}
    const child = spawn(process.execPath, ['--eval', ${JSON.stringify(code)}])
    child.stdout.pipe(process.stdout)
    const interruptedBy = await ended(child, ${patienceMs})
    console.log(child.exitCode, child.signalCode, interruptedBy)`,
  ])
  let said = ''
  parent.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (text.includes('runs') && signal !== undefined) parent.kill(signal)
  })
  await new Promise((resolve) => parent.once('close', resolve))
  return said
}

it('waits for a child', async () => {
  expect(await interrupted("console.log('runs')", undefined, 5000)).toBe('runs\n0 null undefined\n')
})

it.each(['SIGINT', 'SIGTERM'] as const)('waits until a child that %s interrupts has ended', async (signal) => {
  const cleansUp = `process.on('${signal}', () => setTimeout(() => process.exit(3), 300))
    setInterval(() => {}, 1000)
    console.log('runs')`

  expect(await interrupted(cleansUp, signal, 20_000)).toBe(`runs\n3 null ${signal}\n`)
})

it('kills a child that does not end', async () => {
  const ignores = "process.on('SIGINT', () => {}); setInterval(() => {}, 1000); console.log('runs')"

  expect(await interrupted(ignores, 'SIGINT', 300)).toBe('runs\nnull SIGKILL SIGINT\n')
})

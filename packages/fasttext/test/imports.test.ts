import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from '@jest/globals'

const source = path.resolve(__dirname, '../src')

it('imports only Node.js and itself', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const foreign = files.flatMap((file) => {
    const text = readFileSync(path.join(source, file), 'utf8')
    const imported = Array.from(
      text.matchAll(/^(?:import|export|}) [^'=]*?from '([^']+)'|\b(?:import|require)\('([^']+)'\)/gm),
    )
    return imported
      .map(([, one, other]) => one ?? other ?? '')
      .filter((to) => {
        if (!to.startsWith('.')) return !to.startsWith('node:')
        return path.relative(source, path.resolve(source, path.dirname(file), to)).startsWith('..')
      })
      .map((to) => `${file}: ${to}`)
  })

  expect(files.length).toBeGreaterThan(20)
  expect(foreign).toEqual([])
})

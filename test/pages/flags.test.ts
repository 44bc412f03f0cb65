import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import { flagName, FLAG_NAMES, isFlag } from '../../pages/flags'
import { FLAGS as TAKEN } from '../../shared/state/desk-item'

it('names every flag of the desk, in the order of its buttons and keys', () => {
  const page = readFileSync(path.resolve(__dirname, '../../pages/desk/index.html'), 'utf8')
  const buttons = [...page.matchAll(/data-flag="([^"]+)"/g)].map(([, flag]) => flag)

  expect(FLAG_NAMES).toEqual([...TAKEN])
  expect(buttons).toEqual(FLAG_NAMES)
})

it('shows an unknown flag unchanged', () => {
  expect([flagName('personal'), flagName('toString'), isFlag('toString')]).toEqual(['personal', 'toString', false])
})

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { book, closeBooking, spent } from '../../../shared/state/ledger'
import { type TestTable, testTable } from '../tables'

let served: TestTable
beforeAll(async () => {
  served = await testTable()
})
afterAll(() => served.stop())

describe('book', () => {
  const cap = (kind: string) => ({ kind, perDay: 10, perMonth: 25 })

  it('books up to the cap and nothing beyond', async () => {
    expect(await book(served.table, cap('full'), '2026-11-22', 'a', 7)).toBeUndefined()
    expect(await book(served.table, cap('full'), '2026-11-22', 'b', 4)).toEqual({
      period: 'perDay',
      of: '2026-11-22',
      limit: 10,
      spent: 7,
    })
    expect(await book(served.table, cap('full'), '2026-11-22', 'c', 3)).toBeUndefined()
    expect(await spent(served.table, 'full', '2026-11-22')).toBe(10)
  })

  it('books a token once', async () => {
    for (let i = 0; i < 3; i++) await book(served.table, cap('once'), '2026-11-22', 'a', 7)

    expect(await spent(served.table, 'once', '2026-11-22')).toBe(7)
    expect(await spent(served.table, 'once', '2026-11')).toBe(7)
  })

  it('leaves the day unchanged when the month is full', async () => {
    for (const day of ['01', '02']) await book(served.table, cap('month'), `2026-11-${day}`, day, 10)

    expect(await book(served.table, cap('month'), '2026-11-03', 'b', 6)).toMatchObject({
      period: 'perMonth',
      spent: 20,
    })
    expect(await spent(served.table, 'month', '2026-11-03')).toBe(0)
    expect(await book(served.table, cap('month'), '2026-11-03', 'c', 5)).toBeUndefined()
    expect(await book(served.table, cap('month'), '2026-12-01', 'd', 10)).toBeUndefined()
  })

  it('refuses an amount larger than the cap', async () => {
    expect(await book(served.table, cap('huge'), '2026-11-22', 'a', 11)).toMatchObject({ limit: 10, spent: 0 })
  })

  it('adds dollars without losing fractions of a cent', async () => {
    const dollars = { kind: 'usd', perDay: 0.3, perMonth: 9 }
    for (const token of ['a', 'b', 'c']) {
      expect(await book(served.table, dollars, '2026-11-22', token, 0.1)).toBeUndefined()
    }

    expect(await spent(served.table, 'usd', '2026-11-22')).toBe(0.3)
    expect(await book(served.table, dollars, '2026-11-22', 'd', 0.000001)).toMatchObject({ period: 'perDay' })
  })

  it('never exceeds a cap, however many bookings are concurrent', async () => {
    const tokens = Array.from({ length: 20 }, (_, i) => `t${i}`)
    const answers = await Promise.all(tokens.map((token) => book(served.table, cap('race'), '2026-11-22', token, 3)))

    expect(answers.filter((broken) => broken === undefined)).toHaveLength(3)
    expect(await spent(served.table, 'race', '2026-11-22')).toBe(9)
    expect(await spent(served.table, 'race', '2026-11')).toBe(9)
  })
})

describe('settle', () => {
  const cap = (kind: string) => ({ kind, perDay: 10, perMonth: 25 })

  it('refunds what was not spent, once', async () => {
    await book(served.table, cap('settled'), '2026-11-22', 'a', 10)
    for (let i = 0; i < 2; i++) await closeBooking(served.table, 'settled', '2026-11-22', 'a', 10, 4)

    expect(await spent(served.table, 'settled', '2026-11-22')).toBe(4)
    expect(await spent(served.table, 'settled', '2026-11')).toBe(4)
  })

  it('ignores a token that was never booked', async () => {
    await book(served.table, cap('stranger'), '2026-11-22', 'a', 5)
    await closeBooking(served.table, 'stranger', '2026-11-22', 'b', 5, 0)

    expect(await spent(served.table, 'stranger', '2026-11-22')).toBe(5)
  })
})

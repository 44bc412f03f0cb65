import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { takeLease } from '../../../shared/state/lease'
import { type TestTable, testTable } from '../tables'

let served: TestTable
beforeAll(async () => {
  served = await testTable()
})
afterAll(() => served.stop())

describe('takeLease', () => {
  it('is held by one owner at a time', async () => {
    const first = await takeLease(served.table, 'one', 'a', 1000, 5000)
    const second = await takeLease(served.table, 'one', 'b', 2000, 9000)

    expect(first.held).toBe(true)
    expect(second).toMatchObject({ held: false, until: 5000 })
  })

  it('can be renewed by its owner', async () => {
    await takeLease(served.table, 'again', 'a', 1000, 5000)

    expect(await takeLease(served.table, 'again', 'a', 2000, 6000)).toMatchObject({ held: true, until: 6000 })
  })

  it('is free after it expired', async () => {
    await takeLease(served.table, 'out', 'a', 1000, 5000)

    expect((await takeLease(served.table, 'out', 'b', 5000, 9000)).held).toBe(false)
    expect((await takeLease(served.table, 'out', 'b', 5001, 9000)).held).toBe(true)
  })

  it('is free after its owner releases it; a late release takes it from nobody', async () => {
    const first = await takeLease(served.table, 'free', 'a', 1000, 5000)
    await first.release()

    expect((await takeLease(served.table, 'free', 'b', 1001, 9000)).held).toBe(true)

    await first.release()
    expect((await takeLease(served.table, 'free', 'c', 1002, 9000)).held).toBe(false)
  })
})

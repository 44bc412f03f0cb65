import { beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { answeredLately, handOut } from '../../../services/desk/hand-out'
import type { Taken } from '../../../services/desk/shown'
import { takeAnswers } from '../../../services/desk/take-answers'
import { addBatch, closeChunks, deskAnswersRow, readChunks, readDeskBatch } from '../../../shared/state/desk'
import type { Table } from '../../../shared/table'
import { categoriesOf } from '../../given'
import { memoryTable } from '../../shared/memory-table'
import { recorder, type RecordedEvent } from '../../shared/recorder'

const BATCH = '2026-11-22'
const PEOPLE = ['ana', 'ben', 'cyd']
const ITEM = '00000000000000aa'

let table: Table
let now: Date
let events: RecordedEvent[]
let publish: ReturnType<typeof recorder>['publish']

beforeEach(() => {
  table = memoryTable()
  now = new Date('2026-11-22T10:00:00Z')
  ;({ publish, events } = recorder('desk'))
})

const ask = (wanted = 1, items = [ITEM]) =>
  addBatch(table, {
    batch: BATCH,
    deadline: '2026-11-22T21:00:00Z',
    categories: categoriesOf(),
    items: items.map((item) => ({ item, source: `post ${item}`, wanted, most: wanted === 2 ? 3 : wanted })),
    expiresAt: 1,
  })

type Given = { label: string } | { flag: string; note?: string } | { skip: true }
const sent = (revision: number, given: Given, item = ITEM) => ({ batch: BATCH, item, revision, ...given })
const TECHNICAL = { label: 'technical' }
const MARKETING = { label: 'marketing' }
const UNDO = { skip: true } as const
const FLAG = { flag: 'personal', note: 'a name' }

const give = async (annotator: string, ...answers: object[]): Promise<string[]> => {
  const receipt = await takeAnswers({ table, publish })(annotator, answers, PEOPLE, now)
  return receipt.answers.map(({ result, reason }: Taken) => reason ?? result)
}
const shownTo = async (annotator: string) =>
  (await handOut(table, annotator, 20, now.getTime())).items.map(({ item }) => item)
const stored = async (annotator: string, item = ITEM) => {
  const row = await readDeskBatch(table, BATCH)
  const chunks = row ? await readChunks(table, row) : []
  return chunks.flatMap(({ items }) => items.get(item)?.answers[annotator] ?? [])[0]?.given
}
const close = async () => {
  const row = await readDeskBatch(table, BATCH)
  if (row) await closeChunks(table, row)
}

describe('an answer to a closed batch', () => {
  it('is accepted without effect when it is a repetition', async () => {
    await ask()
    await shownTo('ana')
    await give('ana', sent(1, TECHNICAL))
    await close()

    expect(await give('ana', sent(1, TECHNICAL))).toEqual(['kept'])
    expect(await stored('ana')).toEqual(TECHNICAL)
  })

  it.each([
    ['a first answer', []],
    ['an undo', [sent(1, TECHNICAL)]],
    ['a flag after an undo', [sent(1, TECHNICAL), sent(2, UNDO)]],
  ])('is refused: %s', async (_, before) => {
    await ask()
    await shownTo('ana')
    for (const answer of before) await give('ana', answer)
    const earlier = await stored('ana')
    await close()

    expect(await give('ana', sent(before.length + 1, before.length === 1 ? UNDO : FLAG))).toEqual(['closed'])
    expect(await stored('ana')).toEqual(earlier)
  })
})

describe('a flag after an undo', () => {
  it('takes the place that the undo freed', async () => {
    await ask()
    await shownTo('ana')

    expect(await give('ana', sent(1, TECHNICAL), sent(2, UNDO), sent(3, FLAG))).toEqual(['kept', 'kept', 'kept'])
    expect(await stored('ana')).toEqual({ flag: 'personal' })
  })

  it('is refused when another annotator has taken that place', async () => {
    await ask()
    await shownTo('ana')
    await give('ana', sent(1, TECHNICAL), sent(2, UNDO))
    expect(await shownTo('ben')).toEqual([ITEM])
    await give('ben', sent(1, MARKETING))

    expect(await give('ana', sent(3, FLAG))).toEqual(['enough'])
    expect([await stored('ana'), await stored('ben')]).toEqual([UNDO, MARKETING])
  })
})

it('keeps the answer with the highest revision, in whatever order and however often answers arrive', async () => {
  const given = fc.constantFrom<Given>(TECHNICAL, MARKETING, UNDO, { flag: 'personal' })
  await fc.assert(
    fc.asyncProperty(
      fc.array(given, { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
      fc.option(fc.nat({ max: 12 }), { nil: undefined }),
      async (answers, picks, closedAfter) => {
        table = memoryTable()
        await ask()
        await shownTo('ana')
        let highest = -1
        let isClosed = false
        for (const [i, pick] of picks.entries()) {
          if (i === closedAfter) {
            await close()
            isClosed = true
          }
          const at = pick % answers.length
          const [result] = await give('ana', sent(at + 1, answers[at] ?? UNDO))

          expect(result).toBe(at === highest ? 'kept' : at < highest ? 'older' : isClosed ? 'closed' : 'kept')
          if (result === 'kept') highest = at
        }
        expect(await stored('ana')).toEqual(highest < 0 ? undefined : answers[highest])
      },
    ),
    { numRuns: 60 },
  )
})

describe('two tabs of one annotator', () => {
  it('agree on the first answer that arrives, and on a later revision of either', async () => {
    await ask(1, [ITEM, '00000000000000bb'])
    expect(await shownTo('ana')).toEqual(await shownTo('ana'))

    const both = await Promise.all([give('ana', sent(1, TECHNICAL)), give('ana', sent(1, MARKETING))])

    expect(both.flat().sort()).toEqual(['kept', 'older'])
    expect(await give('ana', sent(2, MARKETING))).toEqual(['kept'])
    expect(await give('ana', sent(2, UNDO))).toEqual(['older'])
    expect(await stored('ana')).toEqual(MARKETING)
  })

  it('neither lose a post when one tab completes it while the other reopens it', async () => {
    await ask(2)
    await shownTo('ana')
    await shownTo('ben')
    await give('ana', sent(1, TECHNICAL))
    const real = table
    let other: Promise<string[]> | undefined
    table = {
      ...real,
      // Between the write of the answer and its count, the other tab changes it: the two labels tie.
      update: async (key, change) => {
        if (key.sk === 'batch' && !other) {
          other = give('ben', sent(2, MARKETING))
          await other
        }
        return real.update(key, change)
      },
    }

    await give('ben', sent(1, TECHNICAL))
    expect(await other).toEqual(['kept'])

    expect(await shownTo('cyd')).toEqual([ITEM])
    expect(await give('cyd', sent(1, TECHNICAL))).toEqual(['kept'])
    expect(events.length).toBeGreaterThan(0)
  })
})

it('counts an answer that is repeated after midnight on the day of the first one', async () => {
  await ask()
  now = new Date('2026-11-22T23:59:59.900Z')
  await shownTo('ana')
  await give('ana', sent(1, TECHNICAL))

  now = new Date('2026-11-23T00:00:02Z')
  expect(await give('ana', sent(1, TECHNICAL))).toEqual(['kept'])

  expect((await answeredLately(table, 'ana', 20, now)).today).toBe(0)
})

it('refuses an answer to a chunk whose row has expired in DynamoDB, and keeps the others', async () => {
  const ids = Array.from({ length: 101 }, (_, i) => i.toString(16).padStart(16, '0'))
  await ask(1, ids)
  for (let at = 0; at < ids.length; at += 20) await shownTo('ana')
  await table.remove(deskAnswersRow.key({ batch: BATCH, chunk: '0001' }))

  const [first = '', last = ''] = [ids[0], ids.at(-1)]
  expect(await give('ana', sent(1, TECHNICAL, last), sent(1, TECHNICAL, first))).toEqual(['unknown-item', 'kept'])
})

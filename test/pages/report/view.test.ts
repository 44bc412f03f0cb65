import { describe, expect, it } from '@jest/globals'
import { addressOfView, viewOf } from '../../../pages/report/view'

describe('a permalink', () => {
  it('holds the hashtag and the days, and is parsed back', () => {
    const view = { topic: 'aws on mastodon', from: '2026-10-01', to: '2026-11-21', against: '2026-11-14' }

    expect(addressOfView(view)).toBe('/report?topic=aws+on+mastodon&from=2026-10-01&to=2026-11-21&against=2026-11-14')
    expect(viewOf(new URL(addressOfView(view), 'https://site.example').search)).toEqual(view)
  })

  it('is the plain address of the page for the newest days', () => {
    expect(addressOfView({})).toBe('/report')
  })

  it.each(['//evil.example', 'javascript:alert(1)', '../desk', '#token', 'a&topic=b'])(
    'leads to the report alone, whatever the topic is: %s',
    (topic) => {
      const url = new URL(addressOfView({ topic }), 'https://site.example')

      expect([url.origin, url.pathname, url.hash]).toEqual(['https://site.example', '/report', ''])
      expect(viewOf(url.search)).toEqual({ topic })
    },
  )

  it.each(['?to=yesterday', '?to=2026-13-45', '?token=eyJhbGciOiJIUzI1NiJ9', '?topic='])('ignores %s', (search) => {
    expect(viewOf(search)).toEqual({})
  })
})

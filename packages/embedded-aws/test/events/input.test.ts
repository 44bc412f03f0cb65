import { describe, expect, it } from '@jest/globals'
import { inputFor, valueAt } from '../../src/events/input'
import { target } from '../../src/events/target'
import type { BusEvent } from '../../src/service'

const event: BusEvent = {
  version: '0',
  id: 'id-1',
  'detail-type': 'Type',
  source: 'source',
  account: '000000000000',
  time: '2026-11-22T00:00:00Z',
  region: 'eu-west-1',
  resources: ['arn:one', 'arn:two'],
  detail: { text: 'say "ü"', n: 5, list: [{ a: 1 }, { a: 2 }], 'odd key': true, nothing: null },
}
const rule = { name: 'rule', arn: 'arn:rule' }

describe('valueAt', () => {
  it.each([
    ['$', event],
    ['$.source', 'source'],
    ['$.detail-type', 'Type'],
    ['$.resources[1]', 'arn:two'],
    ['$.detail.list[1].a', 2],
    ["$.detail['odd key']", true],
    ['$.detail.nothing', null],
    ['$.detail.missing.deeper', undefined],
  ])('finds %s', (path, value) => {
    expect(target.safeParse({ Id: '1', Arn: 'a', InputPath: path }).success).toBe(true)
    expect(valueAt(event, path)).toEqual(value)
  })

  it.each([['$.detail.*'], ['$..a'], ['$.detail[?(@.a)]'], ['detail']])('refuses %s', (InputPath) => {
    expect(target.safeParse({ Id: '1', Arn: 'a', InputPath }).success).toBe(false)
  })
})

describe('inputFor', () => {
  const template = (InputTemplate: string, InputPathsMap: Record<string, string> = {}) =>
    inputFor({ Id: '1', Arn: 'a', InputTransformer: { InputPathsMap, InputTemplate } }, event, rule)
  const paths = { text: '$.detail.text', n: '$.detail.n', list: '$.detail.list', gone: '$.detail.gone' }

  it.each([
    [
      'JSON from values',
      '{"t": <text>, "n": <n>, "l": <list>}',
      '{"t": "say \\"ü\\"", "n": 5, "l": [{"a":1},{"a":2}]}',
    ],
    ['values inside strings', '{"t": "<n> of <text>"}', '{"t": "5 of say \\"ü\\""}'],
    ['a string alone', '"<n> posts"', '"5 posts"'],
    ['nothing for a missing value', '"<gone>!"', '"!"'],
    ['unknown names unchanged', '"<unknown> < n"', '"<unknown> < n"'],
    [
      'the reserved variables of AWS',
      '{"r": "<aws.events.rule-name>", "a": <aws.events.rule-arn>}',
      '{"r": "rule", "a": "arn:rule"}',
    ],
    ['the whole event', '{"e": <aws.events.event.json>}', `{"e": ${JSON.stringify(event)}}`],
  ])('fills a template with %s', (_, text, filled) => {
    expect(template(text, paths)).toBe(filled)
  })

  it('returns the event, a constant or a part', () => {
    expect(JSON.parse(inputFor({ Id: '1', Arn: 'a' }, event, rule))).toEqual(event)
    expect(inputFor({ Id: '1', Arn: 'a', Input: '{"x":1}' }, event, rule)).toBe('{"x":1}')
    expect(inputFor({ Id: '1', Arn: 'a', InputPath: '$.detail.list' }, event, rule)).toBe('[{"a":1},{"a":2}]')
  })
})

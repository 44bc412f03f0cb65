import { describe, expect, it } from '@jest/globals'
import { instructions } from '../../../../services/labeling/labellers/ground-truth/instructions'
import { labelingRequest } from '../../../../services/labeling/request'

describe('the worker template', () => {
  const template = instructions([
    {
      name: 'a "b" <c>',
      definition: "It's {{ task.input.secret }} {% raw %}",
      examples: ['<script>alert(1)</script>'],
    },
    { name: 'plain', definition: 'Plain.', examples: [] },
  ])

  it('escapes the post and the labels', () => {
    expect(template.match(/\{\{.*?\}\}/g)).toEqual([
      '{{ task.input.labels | to_json | escape }}',
      '{{ task.input.taskObject | escape }}',
    ])
  })

  it("does not interpret the owner's words as markup or Liquid", () => {
    expect(template).not.toContain('<script>alert')
    expect(template).not.toContain('{%')
    expect(template).toContain('a &#34;b&#34; &#60;c&#62;')
  })
})

describe('a request to the labeling function', () => {
  it.each([
    [{}, { start: 'now' }],
    [{ start: 'scheduled' }, { start: 'scheduled' }],
    [{ settle: '2026-11-22-2' }, { settle: '2026-11-22-2', now: false }],
    [
      { settle: '2026-11-22', now: true },
      { settle: '2026-11-22', now: true },
    ],
    [
      { run: 'raw/hashtag=aws/date=2026-11-21/run=r1/run.json' },
      { run: { hashtag: 'aws', date: '2026-11-21', run: 'r1' } },
    ],
  ])('accepts the request %j', (request, parsed) => {
    expect(labelingRequest.parse(request)).toEqual(parsed)
  })

  it.each([{ start: 'later' }, { settle: '../x' }, { settle: 'today' }, { run: 'raw/x' }, { batch: '2026-11-22' }])(
    'refuses the request %j',
    (request) => {
      expect(labelingRequest.safeParse(request).success).toBe(false)
    },
  )
})

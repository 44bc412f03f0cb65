import { describe, expect, it } from '@jest/globals'
import { languageModelCost, languageModelFindings } from '../../../services/doctor/language-model'
import { type LlmOptions, llmOptions } from '../../../shared/second-opinions'
import { aSettings } from '../../given'

const bedrock = {
  provider: 'bedrock',
  model: 'eu.amazon.nova-lite-v1:0',
  regions: ['eu-west-1', 'eu-north-1'],
  sendsPosts: true,
  caps: { usd: { perDay: 10, perMonth: 100 }, requests: { perDay: 800, perMonth: 10_000 } },
  pricePerMillionTokensUsd: { input: 1, output: 5 },
}
const withModel = (changes: Partial<LlmOptions> = {}) => ({
  ...aSettings(),
  llm: llmOptions.parse({ ...bedrock, ...changes }),
})

it('costs nothing and finds nothing when the configuration has no llm section', () => {
  expect(languageModelCost(aSettings())).toEqual([])
  expect(languageModelFindings(aSettings(), 'eu-west-1', undefined)).toEqual([])
})

describe('the daily cost of a language model', () => {
  it('covers as many messages as posts and requests allow, at the tokens of the prompt', () => {
    const [cost] = languageModelCost(withModel())

    expect(cost?.how).toMatch(/^800 messages × \(\d+ tokens × \$1\.00 \+ 15 × \$5\.00\) \/ 1,000,000 = \$0\.\d+$/)
    expect(cost?.usd).toBeGreaterThan(0.15)
    expect(cost?.usd).toBeLessThan(0.4)
  })

  it('is limited by its cap', () => {
    const [cost] = languageModelCost(withModel({ caps: { ...bedrock.caps, usd: { perDay: 0.1, perMonth: 1 } } }))

    expect(cost?.usd).toBe(0.1)
    expect(cost?.how).toContain('held at llm.caps.usd.perDay')
  })
})

describe('findings about a language model', () => {
  it('name every region that receives posts, and how to check access there', () => {
    const refused = { unknown: 'AccessDeniedException: no' }
    const [place, ...rest] = languageModelFindings(withModel(), 'eu-west-1', {
      profile: refused,
      model: refused,
      quotas: refused,
      obstacles: new Map([
        ['eu-west-1', refused],
        ['eu-north-1', refused],
      ]),
    })

    expect(place?.found).toBe('posts go to amazon.nova-lite-v1:0 on Amazon Bedrock in eu-west-1, eu-north-1')
    expect(rest.find(({ check }) => check.endsWith('in eu-north-1'))).toMatchObject({
      verdict: 'could not be checked',
      remedy: expect.stringContaining('--region eu-north-1'),
    })
  })

  it("name the operator's own server", () => {
    const own = withModel({ provider: 'openai', baseUrl: 'http://10.0.0.5:11434/v1', regions: [] })

    expect(languageModelFindings(own, 'eu-west-1', undefined)).toEqual([
      expect.objectContaining({ found: expect.stringContaining('at http://10.0.0.5:11434/v1, without a key') }),
    ])
  })

  it('say that no model is asked while posts may not be sent', () => {
    const [found] = languageModelFindings(withModel({ sendsPosts: false }), 'eu-west-1', undefined)

    expect(found).toMatchObject({ verdict: 'warning', found: expect.stringContaining('never asked') })
    expect(languageModelCost(withModel({ sendsPosts: false }))).toEqual([])
  })
})

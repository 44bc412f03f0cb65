import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openAiModel } from '../../../../services/predictor/models/openai'
import { promptOf } from '../../../../shared/second-opinions'

const prompt = promptOf(
  [
    { name: 'technical', definition: 'How it is built.', examples: [] },
    { name: 'marketing', definition: 'It sells.', examples: [] },
  ],
  { examplesPerLabel: 3 },
)

let server: Server
let baseUrl = ''
let asked: { request: IncomingMessage; body: unknown }[] = []
let answer: (response: ServerResponse) => void = () => undefined

beforeEach(async () => {
  asked = []
  server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ request, body: JSON.parse(body || 'null') })
      answer(response)
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/v1`
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const model = (options: { key?: string; timeoutMs?: number } = {}) =>
  openAiModel(
    { baseUrl, model: 'qwen3:8b', timeoutMs: options.timeoutMs ?? 2000, key: async () => options.key },
    prompt,
  )

const says = (choice: object, usage?: object) => (response: ServerResponse) =>
  void response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ id: 'chatcmpl-1', choices: [choice], usage }))
const content = (label: unknown) => ({ finish_reason: 'stop', message: { content: JSON.stringify({ label }) } })

it("asks at temperature 0 with the prompt's schema, and without a key when none is needed", async () => {
  answer = says(content('technical'), { prompt_tokens: 180, completion_tokens: 6 })

  expect(await model()('{"post":"hi"}')).toEqual({
    said: { label: 'technical' },
    inputTokens: 180,
    outputTokens: 6,
    requestId: 'chatcmpl-1',
    stopReason: 'stop',
  })
  expect(asked[0]?.request.url).toBe('/v1/chat/completions')
  expect(asked[0]?.request.headers.authorization).toBeUndefined()
  expect(asked[0]?.body).toMatchObject({
    model: 'qwen3:8b',
    temperature: 0,
    max_tokens: 128,
    messages: [{ role: 'system' }, { role: 'user', content: '{"post":"hi"}' }],
    response_format: { type: 'json_schema', json_schema: { strict: true, schema: prompt.schema } },
  })
})

it('sends the key when there is one', async () => {
  answer = says(content('technical'))

  await model({ key: 'sk-test' })('{}')

  expect(asked[0]?.request.headers.authorization).toBe('Bearer sk-test')
})

describe('an abstention on an OpenAI-compatible server', () => {
  it.each([
    ['unsure', content('abstain')],
    ['outside', content('spam')],
    ['malformed', content(7)],
    ['malformed', { finish_reason: 'stop', message: { content: 'technical, clearly' } }],
    ['malformed', { finish_reason: 'stop', message: { content: null } }],
    ['malformed', { message: 'technical' }],
    ['refusal', { finish_reason: 'stop', message: { content: null, refusal: 'I cannot.' } }],
    ['filter', { finish_reason: 'content_filter', message: { content: '' } }],
    ['cut-off', { finish_reason: 'length', message: { content: '{"label":"technical"}' } }],
  ])('is %s for %j', async (abstained, choice) => {
    answer = says(choice)

    expect(await model()('{}')).toMatchObject({ said: { abstained } })
  })
})

it('accepts a label when the stop reason is a property of every JavaScript object', async () => {
  answer = says({ ...content('technical'), finish_reason: 'constructor' })

  expect(await model()('{}')).toMatchObject({ said: { label: 'technical' } })
})

it("does not keep a server's text as its stop reason", async () => {
  answer = says({ ...content('technical'), finish_reason: 'because the post says <b>so</b>' })

  expect(await model()('{}')).toMatchObject({ said: { label: 'technical' }, stopReason: '' })
})

describe('a failure on an OpenAI-compatible server', () => {
  it.each([
    ['throttled', 429],
    ['throttled', 503],
    ['refused', 401],
    ['refused', 404],
    ['rejected', 400],
    ['rejected', 413],
    ['no-answer', 500],
  ])('is %s for HTTP %d, and names model and server', async (failed, status) => {
    answer = (response) => void response.writeHead(status).end('no')

    expect(await model()('{}')).toMatchObject({
      failed,
      why: expect.stringMatching(new RegExp(`^qwen3:8b at http.*: HTTP ${status} `)),
    })
  })

  it('is no-answer when the server never responds', async () => {
    answer = () => undefined

    expect(await model({ timeoutMs: 50 })('{}')).toMatchObject({ failed: 'no-answer' })
  })

  it("keeps the error's message and nothing else of the body, which may quote the post", async () => {
    const error = {
      message: 'too long: my secret post',
      type: 'invalid_request_error',
      code: 'context_length_exceeded',
    }
    answer = (response) => void response.writeHead(400).end(JSON.stringify({ error }))

    const said = await model()('{}')

    expect(said).toMatchObject({
      failed: 'rejected',
      why: expect.stringMatching(/HTTP 400 Bad Request: context_length_exceeded, invalid_request_error$/),
    })
    expect(JSON.stringify(said)).not.toContain('secret')
  })

  it('is refused when the key cannot be read, and no message counts as asked', async () => {
    const ask = openAiModel(
      { baseUrl, model: 'qwen3:8b', timeoutMs: 2000, key: () => Promise.reject(new Error('the secret is empty')) },
      prompt,
    )

    expect(await ask('{}')).toMatchObject({
      failed: 'refused',
      why: expect.stringMatching(/key .*the secret is empty/),
    })
    expect(asked).toEqual([])
  })

  it('is unreached when nothing listens', async () => {
    await new Promise((closed) => server.close(closed))

    expect(await model()('{}')).toMatchObject({ failed: 'unreached' })
  })

  it('is no-answer for a redirect: posts are not sent elsewhere', async () => {
    answer = (response) => void response.writeHead(307, { location: `${baseUrl}/elsewhere` }).end()

    expect(await model()('{}')).toMatchObject({ failed: 'no-answer' })
    expect(asked).toHaveLength(1)
  })
})

import { expect, it, jest } from '@jest/globals'
import { z } from 'zod'
import { jsonOperation, jsonService } from '../../src/protocol/json'
import type { AwsRequest } from '../../src/service'

const seen = jest.fn((text: string) => text.toUpperCase())
const service = jsonService({
  name: 'toy',
  version: '1.1',
  operations: {
    Shout: jsonOperation({
      input: z.strictObject({ Text: z.string().transform(seen) }),
      access: ({ Text }) => {
        if (Text === 'NOWHERE') throw new Error('there is no such thing')
        return [{ action: 'toy:Shout', resource: Text }]
      },
      run: ({ Text }) => ({ Text }),
    }),
  },
})
const request = (body: string, operation = 'Shout'): AwsRequest => ({
  service: 'toy',
  method: 'POST',
  path: '/',
  query: new URLSearchParams(),
  headers: { 'x-amz-target': `Toy.${operation}` },
  body: Buffer.from(body),
  principal: { arn: 'a' },
})

it('parses the input of a request once, for permissions and work', async () => {
  const { operation, accesses, run } = service.open(request('{"Text":"hi"}'))

  expect([operation, accesses]).toEqual(['Shout', [{ action: 'toy:Shout', resource: 'HI' }]])
  expect(await run()).toMatchObject({ status: 200, body: '{"Text":"HI"}' })
  expect(await run()).toMatchObject({ status: 200, body: '{"Text":"HI"}' })
  expect(seen).toHaveBeenCalledTimes(1)
})

it.each([
  ['a body that is not JSON', 'hello', 'Shout', 400, 'SerializationException'],
  ['a field of the wrong type', '{"Text":1}', 'Shout', 400, 'ValidationException'],
  ['an unknown option', '{"Text":"x","Volume":1}', 'Shout', 501, 'option Volume'],
  ['an unknown operation', '{}', 'Whisper', 501, 'operation Whisper in toy'],
])('opens %s without permissions and refuses it when it runs', async (_, body, operation, status, words) => {
  const opened = service.open(request(body, operation))

  expect(opened).toMatchObject({ operation, accesses: [] })
  expect(await opened.run()).toMatchObject({ status, body: expect.stringContaining(words) })
})

it('leaves it to the operation to refuse an input whose permissions cannot be derived', () => {
  expect(service.open(request('{"Text":"nowhere"}')).accesses).toEqual([])
})

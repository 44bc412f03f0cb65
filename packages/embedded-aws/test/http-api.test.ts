import { expect, it } from '@jest/globals'
import { useCloud } from './running-cloud'
import { arn, fn, permission } from './template'

const { start } = useCloud()

const source = `exports.handler = async (event) => {
  if (event.rawPath.endsWith('/throw')) throw new Error('secret reason')
  if (event.rawPath.endsWith('/plain')) return { hello: 'world' }
  if (event.rawPath.endsWith('/bad')) return { statusCode: 'no' }
  if (event.rawPath.endsWith('/picture')) return { statusCode: 200, headers: { 'Content-Type': 'image/png' }, body: 'AAECgA==', isBase64Encoded: true }
  if (event.rawPath.endsWith('/cookies')) return { statusCode: 303, headers: { Location: '/desk' }, cookies: ['a=1; HttpOnly', 'b=2'] }
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) }
}`
const api = (more: Record<string, object> = {}, throttling: object = {}, routes: object = {}) => ({
  Desk: fn(source, { FunctionName: 'desk', Timeout: 1 }),
  Permission: permission('Desk', 'apigateway.amazonaws.com', {
    'Fn::Sub': 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${HttpApi}/*',
  }),
  HttpApi: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'api', ProtocolType: 'HTTP' } },
  Stage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: {
      ApiId: { Ref: 'HttpApi' },
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: throttling,
      RouteSettings: routes,
    },
  },
  Integration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'HttpApi' },
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: arn('Desk'),
      PayloadFormatVersion: '2.0',
    },
  },
  Route: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: { Ref: 'HttpApi' },
      RouteKey: 'ANY /desk/{proxy+}',
      Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
    },
  },
  ...more,
})

it("passes the browser's request to the function", async () => {
  const { endpoint } = await start(api())

  const response = await fetch(`${endpoint}/desk/b%201/items?x=1&x=2&y=%C3%A4`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: 'session=abc; other=1; \u00a0session=2' },
    body: '{"label":"technical"}',
  })
  const event = await response.json()
  expect(event).toMatchObject({
    version: '2.0',
    routeKey: 'ANY /desk/{proxy+}',
    rawPath: '/desk/b 1/items',
    // A no-break space is part of the name.
    cookies: ['session=abc', 'other=1', '\u00a0session=2'],
    queryStringParameters: { x: '1,2', y: 'ä' },
    pathParameters: { proxy: 'b 1/items' },
    body: '{"label":"technical"}',
    isBase64Encoded: false,
    requestContext: { http: { method: 'POST', path: '/desk/b 1/items' }, stage: '$default' },
  })
  expect(event).not.toHaveProperty('headers.cookie')
})

it('passes binary bodies as base64', async () => {
  const { endpoint } = await start(api())
  const response = await fetch(`${endpoint}/desk/upload`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.from([0, 255, 1]),
  })
  expect(await response.json()).toMatchObject({ body: 'AP8B', isBase64Encoded: true })
})

it.each([
  ['plain', 200, '{"hello":"world"}'],
  ['throw', 500, '{"message":"Internal Server Error"}'],
  ['bad', 500, '{"message":"Internal Server Error"}'],
])("returns the function's response at /%s", async (path, status, body) => {
  const { endpoint } = await start(api())
  const response = await fetch(`${endpoint}/desk/${path}`)
  expect([response.status, await response.text()]).toEqual([status, body])
})

it('returns bytes and several cookies', async () => {
  const { endpoint } = await start(api())

  const picture = await fetch(`${endpoint}/desk/picture`)
  expect(picture.headers.get('content-type')).toBe('image/png')
  expect([...Buffer.from(await picture.arrayBuffer())]).toEqual([0, 1, 2, 128])
  const cookies = await fetch(`${endpoint}/desk/cookies`, { redirect: 'manual' })
  expect([cookies.status, cookies.headers.get('location')]).toEqual([303, '/desk'])
  expect(cookies.headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2'])
})

it('answers 404 without a route, and 500 when it may not call the function', async () => {
  const { endpoint } = await start(api({ Permission: permission('Desk', 'events.amazonaws.com') }))
  expect((await fetch(`${endpoint}/elsewhere`)).status).toBe(404)
  expect((await fetch(`${endpoint}/desk/x`)).status).toBe(500)
})

it('throttles beyond its burst until time has passed', async () => {
  const cloud = await start(api({}, { ThrottlingBurstLimit: 2, ThrottlingRateLimit: 0.01 }))
  const status = async () => (await fetch(`${cloud.endpoint}/desk/plain`)).status

  expect([await status(), await status(), await status()]).toEqual([200, 200, 429])
  await cloud.advance(101_000)
  expect([await status(), await status()]).toEqual([200, 429])
})

const route = (RouteKey: string) => ({
  Type: 'AWS::ApiGatewayV2::Route',
  Properties: {
    ApiId: { Ref: 'HttpApi' },
    RouteKey,
    Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
  },
})

it('counts the requests of a route with its own limits separately', async () => {
  const { endpoint } = await start(
    api(
      { Session: route('POST /desk/session') },
      { ThrottlingBurstLimit: 1, ThrottlingRateLimit: 0.01 },
      { 'POST /desk/session': { ThrottlingBurstLimit: 2 } },
    ),
  )
  const status = async (method: string) => (await fetch(`${endpoint}/desk/session`, { method })).status

  expect([await status('GET'), await status('GET')]).toEqual([200, 429])
  expect([await status('POST'), await status('POST'), await status('POST')]).toEqual([200, 200, 429])
})

it('refuses settings of a missing route', async () => {
  await expect(start(api({}, {}, { 'GET /none': { ThrottlingBurstLimit: 2 } }))).rejects.toThrow(
    'Unable to find Route by key GET /none',
  )
})

import { expect, it } from '@jest/globals'
import { findRoute } from '../../src/http-api/routes'

const routes = ['ANY /desk', 'ANY /desk/{proxy+}', 'GET /desk/{batch}', 'POST /desk/invite', 'ANY /desk/invite'].map(
  (key) => ({ key, integration: key }),
)

it.each([
  ['GET', '/desk', 'ANY /desk', {}],
  ['GET', '/desk/b1', 'GET /desk/{batch}', { batch: 'b1' }],
  ['POST', '/desk/b1', 'ANY /desk/{proxy+}', { proxy: 'b1' }],
  ['GET', '/desk/b1/items/3', 'ANY /desk/{proxy+}', { proxy: 'b1/items/3' }],
  ['POST', '/desk/invite', 'POST /desk/invite', {}],
  ['GET', '/desk/invite', 'ANY /desk/invite', {}],
  ['GET', '/desk/a%20b', 'GET /desk/{batch}', { batch: 'a b' }],
])('routes %s %s to %s', (method, path, key, parameters) => {
  const found = findRoute(routes, method, path)
  expect(found).toEqual({ route: { key, integration: key }, parameters })
})

it('routes to $default what no other route matches, and answers nothing without it', () => {
  const fallback = { key: '$default', integration: 'x' }
  expect(findRoute(routes, 'GET', '/report')).toBeUndefined()
  expect(findRoute([...routes, fallback], 'GET', '/report')?.route).toBe(fallback)
  expect(findRoute([...routes, fallback], 'GET', '/desk')?.route.key).toBe('ANY /desk')
})

/** A route of an HTTP API: `GET /desk/{batch}`, `ANY /{proxy+}` or `$default`. */
export interface HttpRoute {
  key: string
  integration: string
}

export interface Found {
  route: HttpRoute
  parameters: Record<string, string>
}

/** The route that API Gateway takes: the most specific path first, then the method itself before ANY, then `$default`. */
export function findRoute(routes: readonly HttpRoute[], method: string, path: string): Found | undefined {
  const found = routes.flatMap((route) => {
    const parameters = matchRoute(route.key, method, path)
    return parameters ? [{ route, parameters }] : []
  })
  return found.sort((a, b) => compare(specificity(b.route.key), specificity(a.route.key)))[0]
}

function matchRoute(key: string, method: string, path: string): Record<string, string> | undefined {
  if (key === '$default') return {}
  const [wantedMethod, pattern = ''] = key.split(' ')
  if (wantedMethod !== 'ANY' && wantedMethod !== method) return undefined

  const wanted = pattern.split('/').slice(1)
  const given = path.split('/').slice(1)
  const parameters: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const name = /^\{(.+)\}$/.exec(part)?.[1]
    const rest = given.slice(index)
    if (name?.endsWith('+')) {
      if (rest.join('') === '') return undefined
      return { ...parameters, [name.slice(0, -1)]: decode(rest.join('/')) }
    }
    if (rest.length === 0 || (name === undefined ? part !== rest[0] : rest[0] === '')) return undefined
    if (name !== undefined) parameters[name] = decode(rest[0] ?? '')
  }
  return given.length === wanted.length ? parameters : undefined
}

/** Larger is more specific: part by part a word, then a parameter, then a greedy one; then the method. */
function specificity(key: string): number[] {
  if (key === '$default') return [-1]
  const [method, pattern = ''] = key.split(' ')
  const parts = pattern.split('/').slice(1)
  return [...parts.map((part) => (part.endsWith('+}') ? 1 : part.startsWith('{') ? 2 : 3)), method === 'ANY' ? 0 : 0.5]
}

function compare(a: number[], b: number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

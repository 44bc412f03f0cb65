// Keeps visitors of the pages from slowing down each other and the work: a separate limit for each route, and a reserved part
// of the account's concurrency if bellwether.yml asks for one.

/**
 * Requests a second, and the burst. Anyone may request a page and exchange a link; only the API requires a session. So a client
 * that requests pages as fast as possible is throttled there, without affecting the API.
 */
const LIMITS = {
  page: { ThrottlingRateLimit: 25, ThrottlingBurstLimit: 20 },
  session: { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 10 },
  api: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 40 },
}

module.exports = async ({ resolveVariable }) => {
  const functions = await resolveVariable('self:functions')
  const { deploy } = await resolveVariable('file(./stack/settings.cjs)')
  const visited = Object.entries(functions).filter(([, one]) => one?.events?.some(({ httpApi }) => httpApi))
  const routes = visited.flatMap(([, { events }]) => events.flatMap(({ httpApi }) => httpApi ?? []))

  return {
    extensions: {
      HttpApiStage: {
        // API Gateway refuses settings of a route that is not there yet.
        DependsOn: routes.map((route) => `HttpApiRoute${route.split('/').map(namePart).join('')}`),
        Properties: {
          DefaultRouteSettings: LIMITS.page,
          RouteSettings: Object.fromEntries(routes.map((route) => [route, LIMITS[kindOf(route)]])),
        },
      },
      ...(deploy.pageConcurrency &&
        Object.fromEntries(visited.map(([name]) => reserved(name, deploy.pageConcurrency)))),
    },
  }
}

const kindOf = (route) => (route.endsWith('{proxy+}') ? 'api' : route.endsWith('/session') ? 'session' : 'page')

const reserved = (name, ReservedConcurrentExecutions) => [
  `${name.charAt(0).toUpperCase()}${name.slice(1)}LambdaFunction`,
  { Properties: { ReservedConcurrentExecutions } },
]

/** A part of a path as in the framework's name of a route. */
const namePart = (part) => {
  const name = part
    .trim()
    .toLowerCase()
    .replace(/\{(.*)\}/, '$1Var')
    .replaceAll(/[^0-9A-Za-z]/g, '')
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`
}

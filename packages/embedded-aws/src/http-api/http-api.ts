import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Creators } from '../cloudformation/create'
import type { Clock } from '../clock'
import type { PlainRequest, PlainResponse } from '../http'
import type { Lambda } from '../lambda/lambda'
import { failure, toEvent, toResponse } from './payload'
import { findRoute, type HttpRoute } from './routes'
import { createThrottle } from './throttle'

interface Surroundings {
  account: string
  region: string
  clock: Clock
  lambda: Lambda
}

export interface HttpApi {
  creators: Creators
  answer(request: PlainRequest): Promise<PlainResponse>
}

const apiProperties = z.object({ ProtocolType: z.literal('HTTP'), Name: z.string() })
const integrationProperties = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
})
const routeProperties = z.object({
  RouteKey: z.string(),
  Target: z.string().regex(/^integrations\//),
  AuthorizationType: z.enum(['NONE']).optional(),
})
const throttling = z.object({
  ThrottlingRateLimit: z.coerce.number().optional(),
  ThrottlingBurstLimit: z.coerce.number().optional(),
})
const stageProperties = z.object({
  StageName: z.literal('$default'),
  DefaultRouteSettings: throttling.default({}),
  RouteSettings: z.record(z.string(), throttling).default({}),
})

/** The account's limits, for a stage that sets none. */
const ACCOUNT_RATE = 10_000
const ACCOUNT_BURST = 5_000

/** The template's HTTP API. It receives every unsigned request to this cloud's port. */
export function createHttpApi({ account, region, clock, lambda }: Surroundings): HttpApi {
  const integrations = new Map<string, string>()
  const routes: HttpRoute[] = []
  let apiId: string | undefined
  /** A route without its own settings shares the stage's bucket. */
  let admits = throttleOf({})
  const ownLimits = new Map<string, ReturnType<typeof createThrottle>>()

  return {
    creators: {
      'AWS::ApiGatewayV2::Api': ({ properties, ref }) => {
        apiProperties.parse(properties)
        if (apiId !== undefined) throw new Error('one port serves one HTTP API: the template has two')
        apiId = ref
      },
      'AWS::ApiGatewayV2::Integration': ({ properties, ref }) => {
        integrations.set(ref, integrationProperties.parse(properties).IntegrationUri)
      },
      'AWS::ApiGatewayV2::Route': ({ properties }) => {
        const { RouteKey, Target } = routeProperties.parse(properties)
        routes.push({ key: RouteKey, integration: Target.replace('integrations/', '') })
      },
      'AWS::ApiGatewayV2::Stage': ({ properties }) => {
        const { DefaultRouteSettings, RouteSettings } = stageProperties.parse(properties)
        admits = throttleOf(DefaultRouteSettings)
        for (const [key, limits] of Object.entries(RouteSettings)) {
          if (!routes.some((route) => route.key === key)) {
            throw new Error(`Unable to find Route by key ${key} within the provided RouteSettings`)
          }
          ownLimits.set(key, throttleOf({ ...DefaultRouteSettings, ...limits }))
        }
      },
    },
    async answer(request) {
      const found = findRoute(routes, request.method, request.path)
      if (apiId === undefined || !found) return failure(404, 'Not Found')
      if (!(ownLimits.get(found.route.key) ?? admits)(clock.now())) return failure(429, 'Too Many Requests')

      const target = integrations.get(found.route.integration)
      const fn = target === undefined ? undefined : lambda.find(functionArnOf(target))
      const from = `arn:aws:execute-api:${region}:${account}:${apiId}/$default/${found.route.key.replace(' ', '')}`
      if (!fn || !lambda.permits(fn.arn, 'apigateway.amazonaws.com', from)) return failure(500, 'Internal Server Error')

      const requestId = randomUUID()
      const event = toEvent(request, found, { account, apiId, stage: '$default', requestId, now: clock.now() })
      try {
        const outcome = await lambda.invoke(fn.arn, JSON.stringify(event))
        if (outcome.functionError) return failure(timedOut(outcome.payload) ? 503 : 500, wordsFor(outcome.payload))
        return toResponse(outcome.payload)
      } catch {
        // API Gateway answers 503 when the function is throttled.
        return failure(503, 'Service Unavailable')
      }
    },
  }
}

const throttleOf = ({ ThrottlingRateLimit, ThrottlingBurstLimit }: z.infer<typeof throttling>) =>
  createThrottle(ThrottlingRateLimit ?? ACCOUNT_RATE, ThrottlingBurstLimit ?? ACCOUNT_BURST)

const timedOut = (payload: string): boolean => payload.includes('Sandbox.Timedout')
const wordsFor = (payload: string): string => (timedOut(payload) ? 'Service Unavailable' : 'Internal Server Error')

/** `arn:aws:apigateway:…:lambda:path/2015-03-31/functions/<arn>/invocations`, or the function's own ARN. */
const functionArnOf = (uri: string): string => /functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri

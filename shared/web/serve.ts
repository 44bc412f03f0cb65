import { inspect } from 'node:util'
import type { Logger } from '@aws-lambda-powertools/logger'
import { BellwetherError } from '../errors'
import { problem, readRequest, type HttpReply, type Request, respond } from './http'

/** A function behind an HTTP API: it answers every request, and hides internal errors from visitors. */
export const served =
  (serve: (request: Request, now: Date) => Promise<HttpReply>, log: Pick<Logger, 'error'>) =>
  async (event: unknown, now: Date): Promise<ReturnType<typeof respond>> => {
    try {
      return respond(await serve(readRequest(event), now))
    } catch (error) {
      if (error instanceof BellwetherError && ['REQUEST_INVALID', 'EVENT_INVALID'].includes(error.code)) {
        return respond(problem(400, 'invalid', error.message))
      }
      log.error('a request failed', { error: inspect(error) })
      return respond(problem(500, 'failed', 'An internal error occurred. Your input is safe; try again in a minute.'))
    }
  }

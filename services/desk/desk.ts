import { inspect } from 'node:util'
import type { Logger } from '@aws-lambda-powertools/logger'
import { z } from 'zod'
import type { Publish } from '../../shared/bus'
import { BellwetherError } from '../../shared/errors'
import type { Table } from '../../shared/table'
import { invitedAt } from './annotators'
import { handOut, progress } from './hand-out'
import { problem, readRequest, type Reply, type Request, respond } from './http'
import type { Bearer } from './link'
import type { LinkKey } from './link-key'
import { openSession, whoAsks } from './session'
import { takeAnswers } from './take-answers'

interface Ports {
  table: Pick<Table, 'get' | 'getMany' | 'update' | 'query'>
  publish: Publish
  linkKey: LinkKey
  log: Pick<Logger, 'error'>
}

/** What is done for an annotator who has a session. */
type Work = (bearer: Bearer, request: Request, now: Date) => Promise<Reply>

const howMany = z.coerce.number().int().min(1).max(50).default(20)
const answersSent = z.strictObject({ answers: z.array(z.unknown()).min(1).max(100) })

/** The label desk's HTTP API. It answers every request, and tells nobody what went wrong inside. */
export const desk = (ports: Ports) => {
  const { table, log } = ports

  const routes: Record<string, Work> = {
    'GET /desk/session': async ({ annotator }) => ({ status: 200, body: { annotator } }),

    'GET /desk/batch/next': async ({ annotator }, { query }, now) => {
      const count = howMany.safeParse(query.count)
      if (!count.success) return problem(400, 'invalid', 'count is a number from 1 to 50')
      return { status: 200, body: await handOut(table, annotator, count.data, now.getTime()) }
    },

    'POST /desk/answers': async ({ annotator }, request, now) => {
      const sent = answersSent.safeParse(request.json())
      if (!sent.success) return problem(400, 'invalid', 'send {"answers":[…]}, 1 to 100 of them')
      const invited = await invitedAt(table, now.getTime())
      const answers = await takeAnswers(ports)(annotator, sent.data.answers, [...invited.keys()], now)
      return { status: 200, body: { answers } }
    },

    'GET /desk/progress': async ({ annotator }) => ({
      status: 200,
      body: { annotator, batches: await progress(table, annotator) },
    }),
  }

  const serve = async (request: Request, now: Date): Promise<Reply> => {
    const name = `${request.method} ${request.path}`
    if (name === 'POST /desk/session') return openSession(ports, request, now)
    const work = routes[name]
    if (!work) return problem(404, 'not-found', 'There is nothing here.')
    const bearer = await whoAsks(ports, request, now)
    return 'annotator' in bearer ? work(bearer, request, now) : bearer
  }

  return async (event: unknown, now: Date) => {
    try {
      return respond(await serve(readRequest(event), now))
    } catch (error) {
      if (error instanceof BellwetherError && ['REQUEST_INVALID', 'EVENT_INVALID'].includes(error.code)) {
        return respond(problem(400, 'invalid', error.message))
      }
      log.error('a request failed', { error: inspect(error) })
      return respond(problem(500, 'failed', 'Something went wrong here. Your answers are safe; try again.'))
    }
  }
}

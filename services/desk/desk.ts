import type { Logger } from '@aws-lambda-powertools/logger'
import { z } from 'zod'
import type { Publish } from '../../shared/bus'
import type { Table } from '../../shared/table'
import { problem, type HttpReply, type Request } from '../../shared/web/http'
import type { LinkKey } from '../../shared/web/link-key'
import type { Pages } from '../../shared/web/pages'
import { served } from '../../shared/web/serve'
import { openSession, type Visitor, whoAsks } from '../../shared/web/session'
import { answeredLately, handOut, progress } from './hand-out'
import { takeAnswers } from './take-answers'

interface Ports {
  table: Pick<Table, 'get' | 'getMany' | 'create' | 'update'>
  publish: Publish
  linkKey: LinkKey
  page: Pages
  log: Pick<Logger, 'error'>
}

/** The work of a route, for an annotator who has a session. */
type Work = (annotator: Visitor, request: Request, now: Date) => Promise<HttpReply>

/**
 * The owner's page, opened with a slash at the end. AWS does not document which of the routes `/desk/owner` and
 * `/desk/{proxy+}` such a path takes, so it may come here, with the owner's cookies. The desk reads none of them.
 */
const OWNER_PAGE = new Set(['GET /desk/owner', 'HEAD /desk/owner'])

const howMany = z.coerce.number().int().min(1).max(50).default(20)
/** The most answers that one response lists: all of an annotator's day. */
const howManyAnswered = z.coerce.number().int().min(1).max(500).default(20)
const answersSent = z.strictObject({ answers: z.array(z.unknown()).min(1).max(100) })

/** The label desk: a page, and its HTTP API. It answers every request, and shows no internal error to anyone. */
export const serveDesk = (ports: Ports) => {
  const { table, log } = ports

  const routes: Record<string, Work> = {
    'GET /desk/session': async ({ name, role }) => ({ status: 200, body: { name, role } }),

    'GET /desk/batch/next': async ({ name }, { query }, now) => {
      const count = howMany.safeParse(query.count)
      if (!count.success) return problem(400, 'invalid', 'count is a number from 1 to 50')
      return { status: 200, body: await handOut(table, name, count.data, now.getTime()) }
    },

    'POST /desk/answers': async ({ name, invited }, request, now) => {
      const sent = answersSent.safeParse(request.json())
      if (!sent.success) return problem(400, 'invalid', 'send {"answers":[…]}, 1 to 100 of them')
      return { status: 200, body: await takeAnswers(ports)(name, sent.data.answers, invited.annotators, now) }
    },

    'GET /desk/answered': async ({ name }, { query }, now) => {
      const count = howManyAnswered.safeParse(query.count)
      if (!count.success) return problem(400, 'invalid', 'count is a number from 1 to 500')
      return { status: 200, body: await answeredLately(table, name, count.data, now) }
    },

    'GET /desk/progress': async ({ name }, _, now) => ({
      status: 200,
      body: { annotator: name, ...(await progress(table, name, now)) },
    }),
  }

  const serve = async (request: Request, now: Date): Promise<HttpReply> => {
    const route = `${request.method} ${request.path}`
    if (route === 'POST /desk/session') return openSession(ports, 'annotator', request, now)
    const work = routes[route]
    if (OWNER_PAGE.has(route)) return { status: 308, location: '/desk/owner' }
    if (!work) return ports.page(request) ?? problem(404, 'not-found', 'There is nothing here.')
    const visitor = await whoAsks(ports, ['annotator'], request, now)
    return 'status' in visitor ? visitor : work(visitor, request, now)
  }

  return served(serve, log)
}

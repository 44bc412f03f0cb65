import type { Logger } from '@aws-lambda-powertools/logger'
import { z } from 'zod'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { cardRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import { problem, type HttpReply, type Request } from '../../shared/web/http'
import type { LinkKey } from '../../shared/web/link-key'
import type { Pages } from '../../shared/web/pages'
import type { PersonRole } from '../../shared/state/people'
import { served } from '../../shared/web/serve'
import { openSession, type Visitor, whoAsks } from '../../shared/web/session'
import { answerEvidence } from './evidence'
import { card } from './number-card'
import { gathering } from './gather'

interface Ports {
  objects: Pick<Objects, 'read' | 'readJson' | 'list'>
  table: Pick<Table, 'get' | 'getMany' | 'query'>
  settings: Settings
  linkKey: LinkKey
  page: Pages
  log: Pick<Logger, 'error'>
}

/** Who may read reports; an owner enters through the owner's page. */
const READERS: readonly PersonRole[] = ['reader', 'owner']

/** A SageMaker training job. */
const job = z.string().regex(/^[a-zA-Z0-9](-?[a-zA-Z0-9]){0,62}$/)

const day = z.iso.date().optional()
const days = z.object({ from: day, to: day, against: day })

/** The report: a page, and its data as JSON. It is read-only, and hides internal errors from visitors. */
export const report = (ports: Ports) => {
  const { objects, settings, log } = ports
  const gather = gathering(ports)

  const routes: Record<string, (visitor: Visitor, request: Request, now: Date) => Promise<HttpReply>> = {
    'GET /report/session': async ({ name, role }) => ({ status: 200, body: { name, role } }),
    'GET /report/data': async (_, { query }, now) => {
      const chosen = days.safeParse(query)
      if (!chosen.success) return problem(400, 'invalid', 'from, to and against are days as in 2026-11-21')
      return { status: 200, body: await gather(now, chosen.data) }
    },
    // An owner sees the posts; readers as the configuration says.
    'GET /report/evidence': ({ role }, { query }) =>
      answerEvidence(objects, query, role === 'owner' ? 'links' : settings.report.showPosts),
    'GET /report/card': async (_, { query }) => {
      const asked = job.safeParse(query.job)
      if (!asked.success) return problem(400, 'invalid', 'job is the name of a training job')
      try {
        return { status: 200, body: await objects.readJson(keys.card({ job: asked.data }), cardRecord) }
      } catch (error) {
        if (!(error instanceof BellwetherError)) throw error
        if (error.code === 'OBJECT_MISSING') return problem(404, 'not-found', `There is no card of ${asked.data}.`)
        return problem(500, 'unreadable', error.message)
      }
    },
  }

  const serve = async (request: Request, now: Date): Promise<HttpReply> => {
    const route = `${request.method} ${request.path}`
    if (route === 'POST /report/session') return openSession(ports, 'reader', request, now)
    const token = /^GET \/card\/([\w.-]{1,2048})$/.exec(route)?.[1]
    if (token !== undefined) return card(ports, token, now)
    const work = routes[route]
    if (!work) return ports.page(asPage(request)) ?? problem(404, 'not-found', 'There is nothing here.')
    const visitor = await whoAsks(ports, READERS, request, now)
    return 'status' in visitor ? visitor : work(visitor, request, now)
  }

  return served(serve, log)
}

/** A model card is the same page: it looks at its own address. */
const asPage = (request: Request): Request =>
  request.path === '/report/model' ? { ...request, path: '/report' } : request

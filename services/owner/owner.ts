import type { Logger } from '@aws-lambda-powertools/logger'
import { answeredBatches } from '../../shared/answered-batches'
import { batchName, isOfADay } from '../../shared/batches'
import { z } from 'zod'
import { keys } from '../../shared/keys'
import { labelsAsCsv, linesOfNow } from '../../shared/label-file/csv'
import type { LabelStore } from '../../shared/labels'
import type { Objects } from '../../shared/objects'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import { problem, type HttpReply, type Request } from '../../shared/web/http'
import type { LinkKeys } from '../../shared/web/link-key'
import type { Pages } from '../../shared/web/pages'
import { invitedAt, personName, ROLES } from '../../shared/state/people'
import { served } from '../../shared/web/serve'
import { openSession, type Visitor, whoAsks } from '../../shared/web/session'
import { endLink, type SettleAnswered } from '../../shared/web/end-link'
import { answerInvitation, invitationRequest } from '../../shared/web/invitation'
import { findOpen } from '../../shared/state/open-batches'
import { correct } from './correct'
import { decisionsOf, disputesOf, findLabels, flagsOf, knownReader, notedOf } from './labels'
import { overview } from './overview'
import { touchedBy } from './touched'

export interface OwnerPorts {
  objects: Pick<Objects, 'list' | 'read' | 'create'>
  /** The current labels. */
  labels: LabelStore
  table: Pick<Table, 'get' | 'getMany' | 'query' | 'update'>
  settings: Pick<Settings, 'labels' | 'caps' | 'labelling'>
  linkKeys: LinkKeys
  siteUrl: string
  page: Pages
  /** Asks labeling to settle a batch with its current answers. */
  closeBatch: (batch: string) => Promise<void>
  settleAnswered: SettleAnswered
  log: Pick<Logger, 'error'>
}

type Work = (owner: Visitor, request: Request, now: Date) => Promise<HttpReply>

/** Maximum number of disputes or labels in a response. */
const MOST = 50
/** Lambda's limit is 6 MB, in which escaped quotes of JSON count twice. */
const MOST_BYTES = 2_500_000
/** Notes of this many settled batches are shown. */
const NOTES_OF = 30

const decision = z.strictObject({ item: z.string().regex(/^[\x21-\x7e]{1,200}$/), label: z.string().nullable() })
const searched = z.string().trim().min(1).max(200)
const invited = z.union([
  z.strictObject({ annotator: personName }),
  z.strictObject({ reader: personName }),
  z.strictObject({ owner: personName }),
])
const ended = z.strictObject({ name: personName, role: z.enum(ROLES) })

/** The owner's view of the labels: a page and its API, for those who have an owner's link. */
export const owner = (ports: OwnerPorts) => {
  const { objects, table, linkKeys } = ports
  const entrance = { table, linkKey: linkKeys.owner, reportKey: linkKeys.reader }
  const readKnown = knownReader(objects, ports.labels)

  const routes: Record<string, Work> = {
    'GET /desk/owner/session': async ({ name, role }) => ({ status: 200, body: { name, role } }),

    'GET /desk/owner/overview': async (_, __, now) => ({
      status: 200,
      body: await overview(ports, await readKnown(), now),
    }),

    'GET /desk/owner/disputes': async () => {
      const disputes = disputesOf(await readKnown())
      return { status: 200, body: { disputes: disputes.slice(0, MOST), more: Math.max(0, disputes.length - MOST) } }
    },

    'GET /desk/owner/flags': async () => {
      const known = await readKnown()
      const flags = flagsOf(known)
      const latest = known.labels.batches
        .map(({ batch }) => batch)
        .filter(isOfADay)
        .slice(-NOTES_OF)
      const noted = (await notedOf(objects, known, latest)).slice(0, MOST)
      return { status: 200, body: { flags: flags.slice(0, MOST), more: Math.max(0, flags.length - MOST), noted } }
    },

    'GET /desk/owner/decisions': async () => ({ status: 200, body: decisionsOf(await readKnown(), MOST) }),

    'GET /desk/owner/labels': async (_, { query }) => {
      const words = searched.safeParse(query.words)
      if (!words.success) return problem(400, 'invalid', 'words: what stands in the post, up to 200 characters')
      return { status: 200, body: findLabels(await readKnown(), words.data, MOST) }
    },

    'GET /desk/owner/touched': async (_, { query }) => {
      const standing = (await readKnown()).labels.labels.get(query.item ?? '')
      if (!standing) return problem(404, 'unknown-item', 'There is no label of this item.')
      return { status: 200, body: await touchedBy(objects, standing.batch) }
    },

    'GET /desk/owner/labels.csv': async () => {
      const content = labelsAsCsv(linesOfNow((await readKnown()).labels.labels, ports.settings))
      return downloaded(
        { name: 'bellwether-labels.csv', type: 'text/csv; charset=utf-8', content },
        `The labels are too many for a page. This writes them into the bucket: npx sls invoke -f labels --data '{"export":"csv"}'`,
      )
    },

    'GET /desk/owner/plan': async (_, { query }) => {
      const batch = batchName.safeParse(query.batch)
      if (!batch.success) return problem(400, 'invalid', 'batch: the name of a batch, as 2026-11-22')
      const key = keys.plan({ batch: batch.data })
      const stored = await objects.read(key)
      if (!stored) return problem(404, 'not-found', `There is no plan of batch ${batch.data}.`)
      return downloaded(
        { name: `plan-${batch.data}.json`, type: 'application/json', content: stored.body.toString('utf8') },
        `The plan is too large for a page. It is ${key} in the bucket.`,
      )
    },

    'POST /desk/owner/labels': async (_, request, now) => {
      const sent = decision.safeParse(request.json())
      if (!sent.success) return problem(400, 'invalid', z.prettifyError(sent.error))
      const { item, label } = sent.data
      const corrected = await correct(ports)(await readKnown(), item, label, now)
      switch (corrected.outcome) {
        case 'unknown-item':
          return problem(404, 'unknown-item', 'There is no label of this item.')
        case 'unknown-label':
          return problem(400, 'unknown-label', `“${label}” is none of the categories.`)
        case 'unchanged':
          return { status: 200, body: { ...corrected, touched: { models: [], reports: [] } } }
        case 'corrected': {
          const touched = corrected.before
            ? await touchedBy(objects, corrected.before.batch)
            : { models: [], reports: [] }
          return { status: 200, body: { ...corrected, touched } }
        }
      }
    },

    'POST /desk/owner/close': async (_, request) => {
      const sent = z.strictObject({ batch: batchName }).safeParse(request.json())
      if (!sent.success) return problem(400, 'invalid', z.prettifyError(sent.error))
      const { batch } = sent.data
      if (!(await findOpen(table, batch))) return problem(409, 'not-open', `Batch ${batch} is not open.`)
      await ports.closeBatch(batch)
      return { status: 202, body: { closing: batch } }
    },

    'POST /desk/owner/invite': async (_, request, now) => {
      const sent = invited.safeParse(request.json())
      if (!sent.success) return problem(400, 'invalid', 'A name is 1 to 32 of a-z, 0-9 and -.')
      return { status: 200, body: await answerInvitation(ports)(invitationRequest.parse(sent.data), { now }) }
    },

    'POST /desk/owner/revoke': async ({ name }, request, now) => {
      const sent = ended.safeParse(request.json())
      if (!sent.success) return problem(400, 'invalid', z.prettifyError(sent.error))
      if (sent.data.role === 'owner') {
        return sent.data.name === name
          ? problem(409, 'yourself', 'That would end your own link.')
          : problem(409, 'another-owner', 'One owner does not end the link of another: the command desk-invite does.')
      }
      const { name: ending, role } = sent.data
      const closing = role === 'annotator' ? await closingWithout(table, ending, now) : []
      return { status: 200, body: { ...(await endLink(ports, ending, [role])), closing } }
    },
  }

  return served(async (request, now) => {
    const route = `${request.method} ${request.path}`
    if (route === 'POST /desk/owner/session') return openSession(entrance, 'owner', request, now)
    const work = routes[route]
    if (!work) return ports.page(request) ?? problem(404, 'not-found', 'There is nothing here.')
    const visitor = await whoAsks(entrance, ['owner'], request, now)
    return 'status' in visitor ? visitor : work(visitor, request, now)
  }, ports.log)
}

/** The batches that labeling will settle when this annotator has left. Read first, because labeling removes them from the desk. */
async function closingWithout(table: OwnerPorts['table'], leaving: string, now: Date): Promise<string[]> {
  const { annotators } = await invitedAt(table, now.getTime())
  return answeredBatches(
    table,
    annotators.filter((name) => name !== leaving),
  )
}

/** A file for a browser to save; `tooLarge` says where else to find it. */
const downloaded = (download: NonNullable<HttpReply['download']>, tooLarge: string): HttpReply =>
  Buffer.byteLength(download.content) > MOST_BYTES ? problem(413, 'too-large', tooLarge) : { status: 200, download }

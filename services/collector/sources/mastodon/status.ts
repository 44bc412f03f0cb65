import { z } from 'zod'
import type { MastodonSettings } from '../../../../shared/sources/mastodon'
import { normalised } from '../../../../shared/text/normalised'
import { MOST_HTML, textOfHtml } from '../html'
import { loose, type TraceRow, type PostOrLeftOut } from '../rows'

/**
 * Fields vary with versions and servers: only the necessary ones are required.
 * https://docs.joinmastodon.org/entities/Status/
 */
export const status = z.object({
  id: z.string(),
  uri: z.string().min(1),
  created_at: z.string().refine((at) => !Number.isNaN(Date.parse(at)), 'is not a time'),
  edited_at: z.string().nullish(),
  content: z.string().max(MOST_HTML, `is longer than ${MOST_HTML} characters`),
  spoiler_text: z.string().max(MOST_HTML).nullish(),
  language: z.string().nullish(),
  visibility: z.string().default('public'),
  reblog: z.unknown(),
  tags: z.array(z.object({ name: z.string() })).optional(),
  account: z.object({
    acct: z.string(),
    uri: z.string().nullish(),
    url: z.string(),
    bot: z.boolean().nullish(),
    indexable: z.boolean().nullish(),
    noindex: z.boolean().nullish(),
    suspended: z.boolean().nullish(),
    note: z.string().nullish(),
  }),
})
export type Status = z.infer<typeof status>

/** A post with its text, or why it is left out. */
export function postOf(
  given: Status,
  host: string,
  source: string,
  hashtag: string,
  settings: MastodonSettings,
): PostOrLeftOut {
  const leftOut = reasonAgainst(given, hashtag, settings)
  if (leftOut) return { leftOut }
  const text = [given.spoiler_text?.trim(), textOfHtml(given.content)].filter(Boolean).join('\n\n')
  if (text === '') return { leftOut: 'without words' }
  const { account } = given
  const post = {
    // The same on every server; `id` is this server's own.
    id: given.uri,
    createdAt: new Date(given.created_at).toISOString(),
    authorId: account.uri ?? account.url,
    language: given.language ?? '',
    retweetOf: '',
    source,
    text,
    sourceId: `${host}/${given.id}`,
  }
  return { post }
}

const traced = z.object({
  uri: loose,
  account: z.object({ uri: loose, url: loose }).partial().optional().catch(undefined),
})

export const traceOf: TraceRow = (row) => {
  const { uri, account } = traced.safeParse(row).data ?? {}
  return { id: uri, authorId: account?.uri ?? account?.url }
}

/** What authors write in their profile to opt out of programs. */
const OPT_OUT = /#no(?:bot|index|search)\b/i

function reasonAgainst(
  { account, edited_at, reblog, spoiler_text, tags, visibility, content }: Status,
  hashtag: string,
  { respectIndexable, skipBots, skipBridged, skipContentWarnings }: MastodonSettings,
): string | undefined {
  if (reblog !== null && reblog !== undefined) return 'boosts'
  if (visibility !== 'public') return 'not public'
  if (account.suspended) return 'of suspended accounts'
  if (respectIndexable && (account.indexable === false || account.noindex || OPT_OUT.test(account.note ?? '')))
    return 'not indexable'
  if (skipBots && account.bot) return 'by bots'
  if (skipBridged && account.acct.endsWith('@bsky.brid.gy')) return 'bridged from Bluesky'
  if (skipContentWarnings && spoiler_text) return 'behind a content warning'
  // A server gives the last version of a post, which may be about something else.
  if (!edited_at || !tags) return undefined
  const wanted = folded(hashtag)
  const names = [...tags.map(({ name }) => name), ...textOfHtml(content).split('#').slice(1)]
  return names.some((name) => folded(name).startsWith(wanted)) ? undefined : 'without the hashtag since an edit'
}

/** Normalised much as servers do it: `#CAFÉ`, `＃ｃａｆｅ` and `#cafe` are one hashtag. */
const folded = (tag: string): string => normalised(tag, 'NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()

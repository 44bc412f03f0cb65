import { z } from 'zod'
import { BellwetherError } from '../../../../shared/errors'
import type { MastodonSettings } from '../../../../shared/sources/mastodon'
import type { MastodonPlace } from './page'

const access = z.enum(['public', 'authenticated', 'disabled']).optional().catch(undefined)
/** https://docs.joinmastodon.org/entities/Instance/; other servers send parts of it. */
const instance = z.object({
  source_url: z.string().optional().catch(undefined),
  api_versions: z.object({ mastodon: z.number().optional() }).optional().catch(undefined),
  configuration: z
    .object({
      timelines_access: z.object({ hashtag_feeds: z.object({ local: access, remote: access }).optional() }).optional(),
    })
    .optional()
    .catch(undefined),
})

/**
 * How the ids of an instance are read. Raises SOURCE_REFUSED where the instance does not give the hashtag's timeline to
 * these settings: the timeline itself would be an empty list, as on a day without posts.
 */
export function idsOf(body: unknown, name: string, { token, localOnly }: MastodonSettings): MastodonPlace['ids'] {
  const { source_url, api_versions, configuration } = instance.safeParse(body).data ?? {}
  const { local, remote } = configuration?.timelines_access?.hashtag_feeds ?? {}
  const needed = localOnly ? [local] : [local, remote]
  if (needed.includes('disabled')) {
    const remedy = localOnly || local === 'disabled' ? 'name another instance' : 'set localOnly: true, or name another'
    throw new BellwetherError('SOURCE_REFUSED', `${name}: its instance has switched hashtag timelines off; ${remedy}`)
  }
  if (!token && needed.includes('authenticated')) {
    const only = !localOnly && local === 'public' ? ', or localOnly: true' : ''
    throw new BellwetherError(
      'SOURCE_REFUSED',
      `${name}: its instance gives hashtag timelines to its users only; set token: true and put a user token into the secret${only}`,
    )
  }
  const isMastodon = api_versions?.mastodon !== undefined || /\/mastodon(\.git)?\/?$/.test(source_url ?? '')
  return isMastodon ? 'snowflake' : 'opaque'
}

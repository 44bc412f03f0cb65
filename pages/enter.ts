import { type ApiResult, ask } from './api'

export interface SessionPerson {
  name: string
  role: 'annotator' | 'owner' | 'reader'
}

/**
 * Who opened the page. The token of a link is in the fragment. The page exchanges it for a cookie once and then removes it
 * from the address, so that it stays out of bookmarks and screenshots. It also removes the token of another page, which may
 * be valid there. `session` is the API's path, `/desk/session`.
 */
export async function enter(session: string): Promise<ApiResult<SessionPerson>> {
  // A second link that is opened in this tab changes only the fragment. So does the page's own navigation.
  addEventListener('hashchange', () => {
    if (tokenIn(location.hash)) location.reload()
  })
  const token = tokenIn(location.hash)
  if (!token) return ask<SessionPerson>('GET', session)
  const answer = await ask<SessionPerson>('POST', session, { token })
  if (answer.ok || answer.problem.error === 'foreign')
    history.replaceState(null, '', location.pathname + location.search)
  return answer
}

/** The token in a fragment; nothing where the fragment is the name of a section, which has only small letters and dashes. */
const tokenIn = (fragment: string): string | undefined => (/^#?[a-z-]*$/.test(fragment) ? undefined : fragment.slice(1))

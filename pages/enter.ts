import { type Answer, ask } from './api'

export interface Person {
  name: string
  role: 'annotator' | 'owner' | 'reader'
}

/**
 * Who opened the page. The token of a link stands in the fragment: it is exchanged for a cookie once and then taken out
 * of the address, so that it stays out of bookmarks and screenshots. `session` is the API's path, `/desk/session`.
 */
export async function enter(session: string): Promise<Answer<Person>> {
  // Another link that is opened in this tab changes the fragment alone.
  addEventListener('hashchange', () => location.reload(), { once: true })
  const token = location.hash.slice(1)
  if (!token) return ask<Person>('GET', session)
  const answer = await ask<Person>('POST', session, { token })
  if (answer.ok) history.replaceState(null, '', location.pathname)
  return answer
}

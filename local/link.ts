import { z } from 'zod'

/** The function that makes links. */
export interface Inviting {
  invoke(name: string, request: unknown): Promise<{ payload: string }>
}

/** The longest validity of an invitation. */
const HOURS = 90 * 24

const linked = z.object({ url: z.url() })

/** The link to a page, for the person at this machine. */
export async function linkFor(cloud: Inviting, role: 'annotator' | 'reader' | 'owner'): Promise<string> {
  const { payload } = await cloud.invoke('desk-invite', { [role]: 'me', hours: HOURS })
  return linked.parse(JSON.parse(payload)).url
}

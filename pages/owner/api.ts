import type { Decided, Dispute, Ended, Flagged, OwnerOverview, ShownLabel } from '../../services/owner/shown'
import { ask } from '../api'

export type InvitedRole = OwnerOverview['people'][number]['role']

const AT = '/desk/owner'

let owner = ''

/** Name the owner who opened the page. The server refuses later requests if another owner's link was opened in this browser. */
export const openFor = (name: string): void => void (owner = name)

const at = (path: string): string => `${AT}/${path}${path.includes('?') ? '&' : '?'}as=${owner}`

export const api = {
  overview: () => ask<OwnerOverview>('GET', at('overview')),
  disputes: () => ask<{ disputes: Dispute[]; more: number }>('GET', at('disputes')),
  flags: () => ask<{ flags: Flagged[]; more: number; noted: ShownLabel[] }>('GET', at('flags')),
  decisions: () => ask<{ found: ShownLabel[]; more: number }>('GET', at('decisions')),
  find: (words: string) =>
    ask<{ found: ShownLabel[]; more: number }>('GET', at(`labels?words=${encodeURIComponent(words)}`)),
  /** `null`: no category fits. */
  decide: (item: string, label: string | null) => ask<Decided>('POST', at('labels'), { item, label }),
  close: (batch: string) => ask<{ closing: string }>('POST', at('close'), { batch }),
  invite: (role: InvitedRole, name: string) =>
    ask<{ url: string; expires: string }>('POST', at('invite'), { [role]: name }),
  endLink: (role: InvitedRole, name: string) => ask<Ended>('POST', at('revoke'), { role, name }),
}

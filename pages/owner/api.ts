import type { Decided, Dispute, Ended, Flagged, OwnerOverview, ShownLabel } from '../../services/owner/shown'
import { ask } from '../api'

export type InvitedRole = OwnerOverview['people'][number]['role']

const AT = '/desk/owner'

export const api = {
  overview: () => ask<OwnerOverview>('GET', `${AT}/overview`),
  disputes: () => ask<{ disputes: Dispute[]; more: number }>('GET', `${AT}/disputes`),
  flags: () => ask<{ flags: Flagged[]; more: number; noted: ShownLabel[] }>('GET', `${AT}/flags`),
  decisions: () => ask<{ found: ShownLabel[]; more: number }>('GET', `${AT}/decisions`),
  find: (words: string) =>
    ask<{ found: ShownLabel[]; more: number }>('GET', `${AT}/labels?words=${encodeURIComponent(words)}`),
  /** `null`: no category fits. */
  decide: (item: string, label: string | null) => ask<Decided>('POST', `${AT}/labels`, { item, label }),
  close: (batch: string) => ask<{ closing: string }>('POST', `${AT}/close`, { batch }),
  invite: (role: InvitedRole, name: string) =>
    ask<{ url: string; expires: string }>('POST', `${AT}/invite`, { [role]: name }),
  endLink: (role: InvitedRole, name: string) => ask<Ended>('POST', `${AT}/revoke`, { role, name }),
}

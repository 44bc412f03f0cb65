import { randomBytes } from 'node:crypto'
import type { Principal } from './service'

/** Who holds an access key: a role, and the function's worker when it is one. */
export interface Caller {
  principal: Principal
  /** The name it is deployed by. */
  functionName?: string
  /** Ends the worker that holds the key, as a crash would. */
  kill?: () => void
  /** Whether that worker still runs. */
  alive?: () => boolean
}

export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
}

/** The access keys that the cloud gave out. A key it did not give out is the owner's; a dead worker's key stays its role's. */
export interface AccessKeys {
  issue(caller: Caller): Credentials
  callerOf(accessKeyId: string | undefined): Caller
}

/** No keys yet; the account's owner may do everything. */
export function createAccessKeys(account: string): AccessKeys {
  const callers = new Map<string, Caller>()
  const owner: Caller = { principal: { arn: `arn:aws:iam::${account}:root` } }
  return {
    issue(caller) {
      const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`
      callers.set(accessKeyId, caller)
      return {
        accessKeyId,
        secretAccessKey: randomBytes(20).toString('hex'),
        sessionToken: randomBytes(16).toString('base64url'),
      }
    },
    callerOf: (accessKeyId) => callers.get(accessKeyId ?? '') ?? owner,
  }
}

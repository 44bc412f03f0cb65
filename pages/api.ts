/** What an API of the stack answers in place of a result: a code for the page, and a sentence for the person who reads it. */
export interface Problem {
  status: number
  error: string
  message: string
}

export type ApiResult<T> = { ok: true; body: T } | { ok: false; problem: Problem }

const OFFLINE: Problem = { status: 0, error: 'offline', message: 'There is no connection.' }
const FAILED: Omit<Problem, 'status'> = {
  error: 'failed',
  message: 'The server could not answer. Try again in a minute.',
}

/** Send a request to the API of the stack. A network that does not answer is a problem of status 0, never an exception. */
export async function ask<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<ApiResult<T>> {
  let status = 0
  const text = body === undefined ? undefined : JSON.stringify(body)
  try {
    const response = await fetch(path, {
      method,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(15_000),
      ...(text === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: text, keepalive: mayOutlivePage(text) }),
    })
    status = response.status
    const json: unknown = await response.json()
    if (response.ok) return { ok: true, body: json as T }
    return { ok: false, problem: { status, ...FAILED, ...(isObject(json) ? json : {}) } }
  } catch {
    return { ok: false, problem: status === 0 ? OFFLINE : { status, ...FAILED } }
  }
}

/** Browsers refuse a request that is to outlive its page where its body has more than 64 KiB; many long notes have. */
const mayOutlivePage = (text: string): boolean => new TextEncoder().encode(text).length <= 60_000

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

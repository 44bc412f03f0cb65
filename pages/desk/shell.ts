/** The address of the service worker's script. */
const WORKER = '/desk/worker.js'

interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}

/**
 * Have the browser keep the files of this page, so that it opens without a connection. The page works without that, too: where
 * the browser has no service workers, or refuses this one, a reload needs a connection.
 */
export async function keepShell(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  const policies = 'trustedTypes' in window ? (window.trustedTypes as Policies) : undefined
  // The content security policy allows this one policy, and it gives this one address.
  const policy = policies?.createPolicy('desk-worker', { createScriptURL: () => WORKER })
  await navigator.serviceWorker
    .register(policy?.createScriptURL('') ?? WORKER, { scope: '/desk' })
    .catch(() => undefined)
}

/*
 * The service worker of the desk: it keeps the page's own files, which are the same for everybody, and nothing else. Posts and
 * answers of the API never pass through it. A connection comes first, so that a new release is shown at once.
 */

/** The part of its global scope that this worker uses. */
interface Scope {
  addEventListener(
    type: 'install' | 'activate',
    act: (event: { waitUntil(work: Promise<unknown>): void }) => void,
  ): void
  addEventListener(
    type: 'fetch',
    act: (event: { request: Request; respondWith(answer: Promise<Response>): void }) => void,
  ): void
  skipWaiting(): Promise<void>
}
export {}
declare const self: Scope
/** A hash of the files, put in when the page is built. */
declare const VERSION: string

const PREFIX = 'bellwether-desk-'
const CACHE = PREFIX + VERSION
const SHELL = ['/desk', '/desk/page.js', '/desk/page.css']

self.addEventListener('install', (event) => event.waitUntil(keep()))
self.addEventListener('activate', (event) => event.waitUntil(dropOthers()))
self.addEventListener('fetch', (event) => {
  const { method, url } = event.request
  const { origin, pathname } = new URL(url)
  if (method === 'GET' && origin === location.origin && SHELL.includes(pathname))
    event.respondWith(answer(event.request, pathname))
})

async function keep(): Promise<void> {
  const cache = await caches.open(CACHE)
  await cache.addAll(SHELL)
  await self.skipWaiting()
}

async function dropOthers(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)),
  )
}

/** The file from the stack; the kept file where the stack does not answer with it. */
async function answer(request: Request, pathname: string): Promise<Response> {
  const kept = async () => (await caches.open(CACHE)).match(pathname)
  try {
    const response = await fetch(request)
    return response.ok ? response : ((await kept()) ?? response)
  } catch (error) {
    const found = await kept()
    if (found) return found
    throw error
  }
}

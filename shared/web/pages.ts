import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { PageFile, HttpReply, Request } from './http'

/** Serves a file of a page; undefined for any other request. */
export type Pages = (request: Request) => HttpReply | undefined

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * The built page of this name, as it was packaged with the function (`stack/pages.cjs`). `index.html` is served at
 * `at` (`/desk`), every other file below it (`/desk/page.js`). Read once, when the function starts.
 */
export function packagedPage(taskRoot: string, name: string, at: string): Pages {
  const folder = path.join(taskRoot, '.build/pages', name)
  const names = readdirSync(folder)
  const worker = names.includes('worker.js') ? { workerScope: at } : {}
  const files = new Map(
    names.map((file): [string, PageFile] => {
      const content = readFileSync(path.join(folder, file), 'utf8')
      const etag = `"${createHash('sha256').update(content).digest('hex').slice(0, 32)}"`
      const place = file === 'index.html' ? at : `${at}/${file}`
      return [place, { type: TYPES[path.extname(file)] ?? 'application/octet-stream', content, etag, ...worker }]
    }),
  )
  return ({ method, path: asked, headers }) => {
    const file = method === 'GET' || method === 'HEAD' ? files.get(asked) : undefined
    if (!file) return undefined
    return { status: headers['if-none-match']?.includes(file.etag) ? 304 : 200, file }
  }
}

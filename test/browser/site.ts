import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { z } from 'zod'
import { type Cloud, createCloud } from '../../local/cloud'
import { ownersBucket } from '../../local/stores'
import { ROOT } from '../../local/root'
import type { Objects } from '../../shared/objects'
import { refusalIn } from '../../shared/refused'
import { dynamoTable, type Table } from '../../shared/table'

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The narrowest phone in use. */
export const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } as const
export const DESKTOP = { viewport: { width: 1280, height: 800 } } as const

/** The packaged stack on an embedded cloud, and a real browser for its pages. */
export interface Site {
  cloud: Cloud
  browser: Browser
  /** The stack's table and bucket, with full access. */
  table: Table
  objects: Objects
  /** The response of `desk-invite`: `{"annotator":"ana"}` gives a link. */
  invite(request: Record<string, unknown>): Promise<{ url: string }>
  revoke(name: string): Promise<void>
  /** A separate browser, with its own cookies and storage. */
  visitor(options?: BrowserContextOptions): Promise<Visitor>
  /** Closes the browsers of all visitors. */
  visitorsLeave(): Promise<void>
  close(): Promise<void>
}

export interface Visitor {
  page: Page
  /** Complaints of the browser: console errors, exceptions, and requests to other hosts. */
  complaints: string[]
  close(): Promise<void>
}

/** `SCREENSHOTS=1` stores a screenshot of the whole page in docs/screenshots. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (!process.env.SCREENSHOTS) return
  const folder = path.join(ROOT, 'docs/screenshots')
  mkdirSync(folder, { recursive: true })
  // As tall as the page, because `fullPage` makes Chromium forget that a phone has no keyboard and pointer.
  const before = page.viewportSize() ?? DESKTOP.viewport
  const height = z.number().parse(await page.evaluate('document.documentElement.scrollHeight'))
  await page.setViewportSize({ width: before.width, height })
  await page.screenshot({ path: path.join(folder, `${name}.png`) })
  await page.setViewportSize(before)
}

const linked = z.object({ url: z.url() })

/** Starts a site at the cloud time `start`. Throws when there is no Chromium. */
export async function openSite({ start = Date.parse('2026-11-22T10:00:00Z') } = {}): Promise<Site> {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`there is no ${CHROMIUM}: install Debian's chromium, or name another one in CHROMIUM`)
  }
  const dataDir = mkdtempSync(path.join(tmpdir(), 'bellwether-browser-'))
  const template = execFileSync(process.execPath, [path.join(ROOT, 'bin/package.mjs')], { encoding: 'utf8' }).trim()
  const cloud = await createCloud({
    packageDir: path.dirname(template),
    stackName: 'bellwether-dev',
    dataDir,
    start,
  })
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, chromiumSandbox: false })
  const invoke = async (payload: unknown) => {
    const outcome = await cloud.invoke('desk-invite', payload)
    if (outcome.functionError || refusalIn(outcome.payload) !== undefined) throw new Error(outcome.payload)
    return outcome.payload
  }
  return {
    cloud,
    browser,
    table: ownersTable(cloud),
    objects: ownersBucket(cloud),
    invite: async (request) => linked.parse(JSON.parse(await invoke(request))),
    revoke: async (name) => void (await invoke({ revoke: name })),
    visitor: async (options = DESKTOP) => {
      const context = await browser.newContext(options)
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(String(error)))
      page.on('request', (request) => {
        const { origin, protocol } = new URL(request.url())
        if (protocol !== 'data:' && origin !== cloud.endpoint) complaints.push(`asked ${request.url()}`)
      })
      return { page, complaints, close: () => context.close() }
    },
    async visitorsLeave() {
      await Promise.all(browser.contexts().map((context) => context.close()))
    },
    async close() {
      await browser.close()
      await cloud.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** The table, with full access. */
export function ownersTable(cloud: Cloud): Table {
  const name = cloud.stack.resources.find(({ logicalId }) => logicalId === 'Table')?.ref
  if (name === undefined) throw new Error('the template has no Table')
  const client = new DynamoDBClient({
    region: cloud.region,
    endpoint: cloud.endpoint,
    credentials: { accessKeyId: 'owner', secretAccessKey: 'owner' },
  })
  return dynamoTable(client, name)
}

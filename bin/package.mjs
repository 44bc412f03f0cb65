// Packages the stack as `npx sls package` does, into .build/package, and only when one of its sources changed:
// `node bin/package.mjs`, or `await packageStack()`. Several processes may ask at once; one works and the others wait.
// `--with FILE` packages the stack of bellwether.yml with the sections of another file, into a folder of its own.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ended } from './child.mjs'
import { holderOf, release, take } from './lock.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const sources = [
  'serverless.yml',
  'bellwether.yml',
  'package-lock.json',
  'stack',
  'services',
  'shared',
  'packages/fasttext/src',
  'events',
  'pages',
]
const lock = path.join(root, '.build/package.lock')

const [option, added] = process.argv[1] === fileURLToPath(import.meta.url) ? process.argv.slice(2) : []
if (option !== undefined && (option !== '--with' || added === undefined)) {
  console.error('usage: node bin/package.mjs [--with FILE]')
  process.exit(2)
}
if (added !== undefined) sources.push(added)

/** Where the zips and the template are. */
const packageFolder = path.join(
  root,
  added === undefined ? '.build/package' : `.build/package-${path.parse(added).name}`,
)

/** The CloudFormation template, as it would be deployed. */
const templateFile = path.join(packageFolder, 'cloudformation-template-update-stack.json')

/** Package if a source changed. Returns the path of the template. Throws the packager's output if it failed. */
export async function packageStack() {
  mkdirSync(path.dirname(lock), { recursive: true })
  let seconds = 0
  let doing = 'waiting'
  const beat = setInterval(() => console.error(`${doing} (${(seconds += 10)} s)`), 10_000)
  try {
    while (!isFresh()) {
      if (take(lock)) {
        doing = 'packaging the stack …'
        try {
          await run()
        } finally {
          release(lock)
        }
        break
      }
      const holder = holderOf(lock)
      doing = `${holder === undefined ? 'another process' : `process ${holder}`} packages the stack; waiting for it …`
      await sleep(100)
    }
  } finally {
    clearInterval(beat)
  }
  return templateFile
}

async function run() {
  const began = Date.now()
  const folder = `${packageFolder}.new`
  rmSync(folder, { recursive: true, force: true })
  const said = await sls(['package', '--package', folder])
  if (!existsSync(path.join(folder, path.basename(templateFile)))) throw new Error(`sls package failed:\n${said}`)
  // Its time is that of its sources, so a source that changed meanwhile is noticed the next time.
  writeFileSync(path.join(folder, 'packaged-at'), String(began))
  rmSync(packageFolder, { recursive: true, force: true })
  renameSync(folder, packageFolder)
  const zips = readdirSync(packageFolder).filter((file) => file.endsWith('.zip'))
  console.error(`packaged ${zips.length} functions in ${((Date.now() - began) / 1000).toFixed(1)} s`)
}

async function sls(argv) {
  const command = createRequire(import.meta.url).resolve('serverless/bin/serverless.js')
  // The packager leaves a temporary folder for each function behind.
  const temporary = `${packageFolder}.tmp`
  mkdirSync(temporary, { recursive: true })
  try {
    // stack/settings.cjs reads the second.
    const env = { ...process.env, TMPDIR: temporary, ...(added && { BELLWETHER_WITH: path.resolve(root, added) }) }
    const child = spawn(process.execPath, [command, ...argv], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
    const interruptedBy = await ended(child)
    if (interruptedBy !== undefined) {
      for (const folder of [temporary, `${packageFolder}.new`])
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
      release(lock)
      process.exit(interruptedBy === 'SIGINT' ? 130 : 143)
    }
    return said
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

function isFresh() {
  const stamp = path.join(packageFolder, 'packaged-at')
  if (!existsSync(templateFile) || !existsSync(stamp)) return false
  const packagedAt = Number(readFileSync(stamp, 'utf8'))
  return sources.every((source) => newest(path.join(root, source)) < packagedAt)
}

/** The last change of a file, or of anything in a folder. A folder's own time shows a removed file. */
function newest(file) {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (!stats) return 0
  if (!stats.isDirectory()) return stats.mtimeMs
  return Math.max(stats.mtimeMs, ...readdirSync(file).map((entry) => newest(path.join(file, entry))))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await packageStack().then(console.log, (error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}

// Packs a package, installs the tarball alone in an empty folder, checks the types there and runs what `test/packed` of the
// package has: `node bin/try-package.mjs packages/fasttext [FOLDER]`. A folder that is named is kept. Nothing is fetched.
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const [name, kept] = process.argv.slice(2)
if (!name) {
  console.error('usage: node bin/try-package.mjs packages/NAME [FOLDER]')
  process.exit(2)
}
const temporary = mkdtempSync(path.join(tmpdir(), 'try-package-'))
try {
  tryIt(path.resolve(kept ?? path.join(temporary, 'empty')))
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

function tryIt(folder) {
  const tarball = pack()
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), '{ "name": "empty", "version": "1.0.0", "private": true }\n')
  run('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball], folder)
  const installed = readdirSync(path.join(folder, 'node_modules')).filter((entry) => !entry.startsWith('.'))
  const { name: packageName } = JSON.parse(readFileSync(path.join(root, name, 'package.json'), 'utf8'))
  if (installed.join() !== packageName.split('/')[0])
    throw new Error(`more than ${packageName} was installed: ${installed.join()}`)

  const uses = path.join(root, name, 'test/packed')
  for (const use of readdirSync(uses)) cpSync(path.join(uses, use), path.join(folder, use))
  checkTypes(folder)
  for (const use of readdirSync(uses).filter((file) => /\.[cm]js$/.test(file))) {
    process.stdout.write(run(process.execPath, [use], folder))
  }
}

/** Packs a copy of the package, so that no dist/ appears in the repository while other checks walk it. */
function pack() {
  const copy = path.join(temporary, 'clone')
  const skip = new Set(['dist', 'node_modules'])
  cpSync(path.join(root, name), path.join(copy, name), {
    recursive: true,
    filter: (from) => !skip.has(path.basename(from)),
  })
  for (const shared of ['tsconfig.json', 'node_modules']) symlinkSync(path.join(root, shared), path.join(copy, shared))
  run('npm', ['pack', '--silent', '--pack-destination', temporary], path.join(copy, name))
  const [tarball] = readdirSync(temporary).filter((file) => file.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('npm pack made no tarball')
  return path.join(temporary, tarball)
}

/** Checks types as an ES module, as CommonJS and as a bundler does, without the types of Node.js: an empty project lacks them. */
function checkTypes(folder) {
  if (!existsSync(path.join(folder, 'use.ts'))) return
  for (const extension of ['mts', 'cts']) cpSync(path.join(folder, 'use.ts'), path.join(folder, `typed.${extension}`))
  const require = createRequire(import.meta.url)
  const compiler = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc')
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--types', '']
  run(process.execPath, [compiler, ...options, '--module', 'nodenext', 'typed.mts', 'typed.cts'], folder)
  run(process.execPath, [compiler, ...options, '--module', 'preserve', 'use.ts'], folder)
}

function run(command, argv, cwd) {
  try {
    return execFileSync(command, argv, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    throw new Error(`${command} ${argv.join(' ')}\n${error.stdout}${error.stderr}`, { cause: error })
  }
}

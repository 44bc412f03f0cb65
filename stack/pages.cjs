// Builds every page under pages/ into .build/pages/<name>/ and lists, by name, the files that a function packages to serve it:
// index.html unchanged, page.ts and page.css each bundled into one file, and worker.ts, if there is one, with a hash of these.
const { createHash } = require('node:crypto')
const { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } = require('node:fs')
const path = require('node:path')
const { build } = require('esbuild')

const root = path.resolve(__dirname, '..')

let patterns

module.exports = () => (patterns ??= buildPages())

async function buildPages() {
  const names = readdirSync(path.join(root, 'pages')).filter((name) =>
    existsSync(path.join(root, 'pages', name, 'index.html')),
  )
  await Promise.all(names.map(buildPage))
  return Object.fromEntries(names.map((name) => [name, [`.build/pages/${name}/**`]]))
}

async function buildPage(name) {
  const from = path.join(root, 'pages', name)
  const to = path.join(root, '.build/pages', name)
  mkdirSync(to, { recursive: true })
  copyFileSync(path.join(from, 'index.html'), path.join(to, 'index.html'))
  const bundle = (files, define = {}) =>
    build({
      absWorkingDir: root,
      entryPoints: files.map((file) => path.join(from, file)),
      define,
      outdir: to,
      bundle: true,
      minify: true,
      // Browsers of the last four years.
      target: ['es2022', 'chrome100', 'firefox100', 'safari16'],
      format: 'iife',
      charset: 'utf8',
      logLevel: 'warning',
    })
  await bundle(['page.ts', 'page.css'])
  if (!existsSync(path.join(from, 'worker.ts'))) return
  const hash = createHash('sha256')
  for (const file of ['index.html', 'page.js', 'page.css']) hash.update(readFileSync(path.join(to, file)))
  await bundle(['worker.ts'], { VERSION: JSON.stringify(hash.digest('hex').slice(0, 16)) })
}

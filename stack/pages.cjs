// Builds every page under pages/ into .build/pages/<name>/ and says, by name, what a function packages to serve it:
// index.html as it is, page.ts and page.css each bundled into one file.
const { copyFileSync, existsSync, mkdirSync, readdirSync } = require('node:fs')
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
  await build({
    absWorkingDir: root,
    entryPoints: ['page.ts', 'page.css'].map((file) => path.join(from, file)),
    outdir: to,
    bundle: true,
    minify: true,
    // Browsers of the last four years.
    target: ['es2022', 'chrome100', 'firefox100', 'safari16'],
    format: 'iife',
    charset: 'utf8',
    logLevel: 'warning',
  })
}

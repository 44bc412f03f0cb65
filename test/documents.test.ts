import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'

const root = path.resolve(__dirname, '..')
const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8')
const markdownIn = (folder: string) =>
  readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name))

/** The anchors that GitHub generates from a page's headings. */
const anchorsOf = (text: string) =>
  Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )

/** Links of a page to missing files or headings. */
const deadLinks = (file: string) =>
  Array.from(textOf(file).matchAll(/\]\((?!https?:)([^)\s#]*)(?:#([^)\s]*))?\)/g)).flatMap(([, to = '', anchor]) => {
    const target = to === '' ? file : path.join(path.dirname(file), to)
    if (!existsSync(path.join(root, target))) return [`${file}: ${to}`]
    if (anchor === undefined || !target.endsWith('.md')) return []
    return anchorsOf(textOf(target)).includes(anchor) ? [] : [`${file}: ${to}#${anchor}`]
  })

describe('the documents', () => {
  it('link to files and headings that exist', () => {
    const pages = ['README.md', 'CONTRIBUTING.md', ...markdownIn('docs'), ...markdownIn('docs/decisions')]

    expect(pages.flatMap(deadLinks)).toEqual([])
  })

  it('start with a README of at most 130 lines, with the two commands first', () => {
    const lines = textOf('README.md').trimEnd().split('\n')

    expect(lines.length).toBeLessThanOrEqual(130)
    expect(lines.slice(0, 15).join('\n')).toMatch(/npm ci && npm start[^]*npm ci && npm test/)
  })

  it('define at most 40 terms in the glossary, each once', () => {
    const terms = Array.from(textOf('docs/glossary.md').matchAll(/^\| \*\*(.+?)\*\*/gm), ([, term]) => term)

    expect(terms.length).toBeGreaterThan(20)
    expect(terms.length).toBeLessThanOrEqual(40)
    expect(new Set(terms).size).toBe(terms.length)
  })
})

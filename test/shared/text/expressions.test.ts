import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { parseSync } from '@swc/core'
import { analyse } from 'scslre'
import { ROOT } from '../../../local/root'
import { filesIn } from '../../files'

const FOLDERS = ['shared', 'services', 'events', 'pages', 'local', 'packages/fasttext/src']

/** Expressions that may take more than linear time, and why they are harmless. */
const BOUNDED: readonly (readonly [expression: string, why: string])[] = [
  [String.raw`/\B(?=(\d{3})+(?!\d))/g`, 'a number of JavaScript has at most 22 digits'],
  [String.raw`/\.?0+$/`, 'a printed number has at most 22 digits'],
  [String.raw`/\[[^\]]*\{(\w+)\}/g`, 'forms of keys are written in shared/keys.ts'],
  [String.raw`/\[([^\]]*\{(\w+)\}[^\]]*)\]/g`, 'forms of keys are written in shared/keys.ts'],
  [String.raw`/\[[^\]]*\{(\w+)\}[^\]]*\][^/]*$/`, 'forms of keys are written in shared/keys.ts'],
  [String.raw`/\[[^\]]*\][^/]*/g`, 'forms of keys are written in shared/keys.ts'],
]

const modules = FOLDERS.flatMap(filesIn)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, code: readFileSync(path.join(ROOT, file), 'utf8') }))

/** The regular expression literals of a syntax tree. */
function* literalsIn(node: unknown): Iterable<{ pattern: string; flags: string }> {
  if (Array.isArray(node)) for (const one of node) yield* literalsIn(one)
  else if (typeof node === 'object' && node !== null) {
    if ('type' in node && node.type === 'RegExpLiteral' && 'pattern' in node && 'flags' in node) {
      yield { pattern: String(node.pattern), flags: String(node.flags) }
    }
    for (const inner of Object.values(node)) yield* literalsIn(inner)
  }
}

const isLinear = (literal: { pattern: string; flags: string }): boolean =>
  analyse({ source: literal.pattern, flags: literal.flags }).reports.length === 0 && !beginsWithinItself(literal)

/**
 * Whether a loop after plain characters passes over these characters, as in `<a[^>]*>`: without a `>`, every `<a`
 * starts a new scan of the rest of the text. The analysis above finds this only for a loop without a prefix.
 */
function beginsWithinItself({ pattern, flags }: { pattern: string; flags: string }): boolean {
  const [plain = ''] = /^(?:[^\\^$.*+?()[\]{}|]|\\[^\w])+(?![*+?{])/.exec(pattern) ?? []
  if (plain === '') return false
  const begin = plain.replaceAll('\\', '')
  return analyse({ source: pattern.slice(plain.length), flags }, { assumeRejectingSuffix: false }).reports.some(
    (report) =>
      report.type === 'Move' &&
      [begin, `\\${begin}`].some((text) => new RegExp(`^(?:${report.quant.raw})$`, flags).test(text)),
  )
}

describe('regular expressions', () => {
  it.each([
    String.raw`\s*$`,
    '<title[^>]*>',
    String.raw`"(?:[^"\\]|\\.)*"`,
    String.raw`^\s*(nan)?\s*$`,
    String.raw`(a+)+$`,
    String.raw`\/+$`,
  ])('would be caught with /%s/', (pattern) => {
    expect(isLinear({ pattern, flags: '' })).toBe(false)
  })

  it('take linear time in the whole repository', () => {
    const expressions = modules.flatMap(({ file, code }) => {
      const tree: unknown = parseSync(code, { syntax: 'typescript', target: 'es2022' })
      return Array.from(literalsIn(tree), (literal) => ({ file, ...literal }))
    })
    const slow = expressions
      .filter((one) => !isLinear(one))
      .map(({ file, pattern, flags }) => ({ file, expression: `/${pattern}/${flags}` }))

    expect(expressions.length).toBeGreaterThan(200)
    expect(slow.filter(({ expression }) => !BOUNDED.some(([known]) => known === expression))).toEqual([])
    for (const [known] of BOUNDED) expect(slow.map(({ expression }) => expression)).toContain(known)
  })

  it('are complemented by the linear normalisation of texts', () => {
    const own = modules.filter(({ code }) => /\.normalize\(/.test(code)).map(({ file }) => file)

    expect(own).toEqual(['shared/text/normalised.ts'])
  })
})

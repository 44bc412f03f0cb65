import { readFileSync } from 'node:fs'
import { parsedFile } from './parsed-file'

export interface LongFunction {
  /** `<file>:<line>` */
  at: string
  /** Lines, not counting nested functions. */
  lines: number
}

const FUNCTIONS = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'MethodProperty',
])

/** The functions of a file with their own lines: a factory counts only the lines between its nested functions. */
export function functionsOf(root: string, file: string): LongFunction[] {
  const { body, lineAt } = parsedFile(readFileSync(`${root}/${file}`, 'utf8'))

  const found: LongFunction[] = []
  /** Visits a node; returns the number of lines of the functions in it, which the enclosing function does not count. */
  const visit = (node: unknown): number => {
    if (Array.isArray(node)) return sum(node.map(visit))
    if (!isNode(node)) return 0
    const inside = sum(Object.values(node).map(visit))
    if (!FUNCTIONS.has(String(node.type))) return inside
    const span = isNode(node.function) ? node.function.span : node.span
    if (!isSpan(span)) return inside
    const [first, last] = [lineAt(span.start), lineAt(span.end)]
    found.push({ at: `${file}:${first}`, lines: last - first + 1 - inside })
    return last - first
  }
  visit(body)
  return found
}

const isNode = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const isSpan = (value: unknown): value is { start: number; end: number } =>
  isNode(value) && typeof value.start === 'number' && typeof value.end === 'number'
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

import { parsedFile } from './parsed-file'

/** The lines, from 1, where a configuration of oxlint switches a rule off or begins an override without a comment above. */
export function unexplainedSettings(configuration: string): number[] {
  const lines = configuration.split('\n')
  return numbersOf(lines, (line, above) => {
    const isOff = /"[\w/-]+":\s*\[?\s*("off"|"allow"|0\b)/.test(line)
    return (isOff || /"files":/.test(line)) && !/^\s*\/\/ \S/.test(above)
  })
}

/** The lines, from 1, where a comment disables rules of a linter without ` -- ` and a reason, or of another linter than ours. */
export const unexplainedDirectives = (text: string): number[] =>
  numbersOf(text.split('\n'), (line) => {
    const [, directive] = /(?:\/\/|\/\*)\s*((?:ox|es)lint-disable\b.*)/.exec(line) ?? []
    return directive !== undefined && !/^oxlint-disable(-next-line|-line)? [\w/, -]+? -- \S+ \S+/.test(directive)
  })

/**
 * The lines, from 1, where `!` stands on something else than an index, such as `row[i]`, and the line above does not say why
 * the value is `Not undefined`. The name of a field is no index.
 */
export function unexplainedAssertions(text: string): number[] {
  const { body, lineAt } = parsedFile(text)
  const lines = text.split('\n')
  const found: number[] = []
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit)
    if (typeof node !== 'object' || node === null) return
    if ('type' in node && node.type === 'TsNonNullExpression' && 'expression' in node && !isIndex(node.expression)) {
      const number = 'span' in node && isSpan(node.span) ? lineAt(node.span.start) : 0
      if (!/^\s*\/\/ Not undefined: \S+ \S+/.test(lines[number - 2] ?? '')) found.push(number)
    }
    Object.values(node).forEach(visit)
  }
  visit(body)
  return found
}

const numbersOf = (lines: readonly string[], isWrong: (line: string, above: string) => boolean): number[] =>
  lines.flatMap((line, i) => (isWrong(line, lines[i - 1] ?? '') ? [i + 1] : []))

function isIndex(node: unknown): boolean {
  // A visitor sees nodes of every type; swc says that this one is an expression.
  const { type, property } = node as { type: string; property?: { type: string; expression?: { type: string } } }
  if (type !== 'MemberExpression' || property?.type !== 'Computed') return false
  return !['StringLiteral', 'TemplateLiteral'].includes(property.expression?.type ?? '')
}

const isSpan = (value: unknown): value is { start: number } =>
  typeof value === 'object' && value !== null && 'start' in value && typeof value.start === 'number'

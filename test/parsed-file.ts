import { type ModuleItem, parseSync } from '@swc/core'

/** A TypeScript file as swc reads it, with the number of the line, from 1, that a position of a span is in. */
export function parsedFile(text: string): { body: ModuleItem[]; lineAt: (position: number) => number } {
  const { body, span } = parseSync(text, { syntax: 'typescript', target: 'es2022' })
  // swc counts bytes over all files it has parsed, and a module starts at its first token.
  const [blank = ''] = /^(\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*/.exec(text) ?? []
  const offset = span.start - Buffer.byteLength(blank)
  const bytes = Buffer.from(text)
  const starts = [0, ...Array.from(bytes.entries(), ([at, byte]) => (byte === 10 ? at + 1 : -1)).filter((at) => at > 0)]
  return { body, lineAt: (position) => starts.filter((start) => start <= position - offset).length }
}

import { type Declaration, parseSync } from '@swc/core'

/** The names that a module itself exports, without the re-exports of an `index.ts`. */
export function exportsOf(file: string, text: string): string[] {
  const { body } = parseSync(text, { syntax: 'typescript', target: 'es2022' })
  const imported = new Set(
    body.flatMap((item) => (item.type === 'ImportDeclaration' ? item.specifiers.map(({ local }) => local.value) : [])),
  )
  const isDoor = file.endsWith('/index.ts')
  const names = body.flatMap((item) => {
    if (item.type === 'ExportDeclaration') return declared(item.declaration)
    if (item.type !== 'ExportNamedDeclaration') return []
    return item.specifiers.flatMap((specifier) => {
      if (specifier.type !== 'ExportSpecifier') return []
      const isPassedOn = item.source !== null || imported.has(specifier.orig.value)
      return isDoor && isPassedOn ? [] : [(specifier.exported ?? specifier.orig).value]
    })
  })
  return [...new Set(names)]
}

function declared(declaration: Declaration): string[] {
  switch (declaration.type) {
    case 'VariableDeclaration':
      return declaration.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.value] : []))
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return [declaration.identifier.value]
    case 'TsInterfaceDeclaration':
    case 'TsTypeAliasDeclaration':
    case 'TsEnumDeclaration':
      return [declaration.id.value]
    default:
      return []
  }
}

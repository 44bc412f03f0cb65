import type { Template } from './template'

/** The names and attributes of resources. */
export interface Names {
  ref(logicalId: string): string
  attribute(logicalId: string, name: string): unknown
}

export interface Resolver {
  /** The value with every intrinsic function resolved. */
  value(raw: unknown): unknown
  /** Does this condition of a resource or an output hold? */
  holds(condition: string | undefined): boolean
}

/** `AWS::Region` and the like. */
export type PseudoParameters = Record<string, string>

type Intrinsic = (argument: unknown) => unknown

/** The value of `AWS::NoValue`: a property or list entry with it is removed. */
const NO_VALUE = Symbol('AWS::NoValue')

/** Resolves a template's intrinsic functions. Throws for an unknown one, by name. */
export function createResolver(template: Template, pseudo: PseudoParameters, names: Names): Resolver {
  const value = (raw: unknown): unknown => {
    if (Array.isArray(raw)) return raw.map(value).filter((item) => item !== NO_VALUE)
    if (typeof raw === 'string') return refuseDynamicReference(raw)
    if (!isObject(raw)) return raw
    const [[name, argument] = ['', undefined], ...others] = Object.entries(raw)
    if (others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) return intrinsic(name)(argument)
    const entries = Object.entries(raw).map(([key, inner]) => [key, value(inner)] as const)
    return Object.fromEntries(entries.filter(([, inner]) => inner !== NO_VALUE))
  }
  const text = (raw: unknown) => String(value(raw))
  const many = (raw: unknown): unknown[] => {
    const resolved = value(raw)
    if (!Array.isArray(resolved)) throw new Error(`a list is needed here: ${JSON.stringify(raw)}`)
    return resolved
  }

  const reference = (name: string): unknown => {
    if (name === 'AWS::NoValue') return NO_VALUE
    if (name.startsWith('AWS::')) return pseudo[name] ?? unknownName('pseudo parameter', name)
    const parameter = template.Parameters[name]
    if (parameter?.Default !== undefined) return parameter.Default
    if (parameter) throw new Error(`template parameter ${name} has no default`)
    if (template.Resources[name]) return names.ref(name)
    return unknownName('resource or parameter', name)
  }
  const attribute = (logicalId: string, name: string) =>
    template.Resources[logicalId] ? names.attribute(logicalId, name) : unknownName('resource', logicalId)
  const substitute = (pattern: string, variables: Record<string, unknown>) =>
    pattern.replace(/\$\{([^}]+)\}/g, (_, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`
      if (name in variables) return text(variables[name])
      const [logicalId = '', ...path] = name.split('.')
      return String(path.length > 0 ? attribute(logicalId, path.join('.')) : reference(name))
    })
  const condition = (raw: unknown): boolean => {
    if (!isObject(raw)) throw new Error(`not a condition: ${JSON.stringify(raw)}`)
    const [[name, argument] = ['', undefined]] = Object.entries(raw)
    const list = Array.isArray(argument) ? argument : []
    if (name === 'Condition') return holds(String(argument))
    if (name === 'Fn::Equals') return text(list[0]) === text(list[1])
    if (name === 'Fn::Not') return !condition(list[0])
    if (name === 'Fn::And') return list.every(condition)
    if (name === 'Fn::Or') return list.some(condition)
    return unknownName('condition function', name)
  }
  const holds = (name: string | undefined): boolean =>
    name === undefined || condition(template.Conditions[name] ?? unknownName('condition', name))

  const intrinsics: Record<string, Intrinsic> = {
    Ref: (name) => reference(String(name)),
    'Fn::GetAtt': (argument) => {
      const [logicalId = '', ...path] = Array.isArray(argument) ? argument.map(text) : String(argument).split('.')
      return attribute(logicalId, path.join('.'))
    },
    'Fn::Sub': (argument) => {
      const [pattern, variables] = Array.isArray(argument) ? argument : [argument, {}]
      return substitute(String(pattern), isObject(variables) ? variables : {})
    },
    'Fn::Join': (argument) => {
      const [separator, items] = pair(argument)
      return many(items).map(String).join(String(separator))
    },
    'Fn::Select': (argument) => {
      const [index, items] = pair(argument)
      return many(items)[Number(value(index))]
    },
    'Fn::Split': (argument) => {
      const [separator, whole] = pair(argument)
      return text(whole).split(String(separator))
    },
    'Fn::If': (argument) => {
      const [name, whenTrue, whenFalse] = Array.isArray(argument) ? argument : []
      return value(holds(String(name)) ? whenTrue : whenFalse)
    },
    'Fn::FindInMap': (argument) => {
      const [map = '', top = '', second = ''] = Array.isArray(argument) ? argument.map(text) : []
      return value(template.Mappings[map]?.[top]?.[second] ?? unknownName('mapping', `${map}.${top}.${second}`))
    },
    'Fn::Base64': (argument) => Buffer.from(text(argument)).toString('base64'),
  }
  const intrinsic = (name: string) => intrinsics[name] ?? unknownName('intrinsic function', name)

  return { value, holds }
}

function pair(argument: unknown): [unknown, unknown] {
  if (!Array.isArray(argument) || argument.length !== 2)
    throw new Error(`a pair is needed: ${JSON.stringify(argument)}`)
  return [argument[0], argument[1]]
}

function unknownName(what: string, name: string): never {
  throw new Error(`the embedded cloud knows no ${what} ${name}`)
}

function refuseDynamicReference(text: string): string {
  if (text.startsWith('{{resolve:')) return unknownName('dynamic reference', text)
  return text
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

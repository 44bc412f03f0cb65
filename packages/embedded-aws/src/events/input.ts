import type { BusEvent } from '../service'
import type { RuleTarget } from './target'

interface Rule {
  name: string
  arn: string
}

/** The payload for a target: the event itself, a constant, a part of the event, or a template filled from it. */
export function inputFor({ Input, InputPath, InputTransformer }: RuleTarget, event: BusEvent, rule: Rule): string {
  if (Input !== undefined) return Input
  if (InputPath !== undefined) return JSON.stringify(valueAt(event, InputPath) ?? null)
  if (!InputTransformer) return JSON.stringify(event)

  const paths = Object.entries(InputTransformer.InputPathsMap ?? {})
  const values = new Map(paths.map(([name, path]) => [name, valueAt(event, path)]))
  return fill(InputTransformer.InputTemplate, new Map([...predefined(event, rule), ...values]))
}

/** The value at a path that `target` has validated; undefined if there is none. */
export function valueAt(event: unknown, path: string): unknown {
  const steps = path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['([^']+)'\]|\["([^"]+)"\]/g)
  return Array.from(steps).reduce<unknown>((value, [, name, index, single, double]) => {
    const step = name ?? index ?? single ?? double ?? ''
    return typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined
  }, event)
}

/** Replace each `<name>`: by JSON, or inside quotes by the text of a string. A missing value becomes empty. */
function fill(template: string, values: ReadonlyMap<string, unknown>): string {
  const pieces = template.matchAll(/"(?:[^"\\]|\\.)*"|<([^<>"]+)>|[^"<]+|./gs)
  return Array.from(pieces, ([piece, name]) => {
    if (name !== undefined) return values.has(name) ? (JSON.stringify(values.get(name)) ?? '') : piece
    if (!piece.startsWith('"')) return piece
    return piece.replace(/<([^<>"]+)>/g, (whole, inner: string) =>
      values.has(inner) ? asText(values.get(inner)) : whole,
    )
  }).join('')
}

function asText(value: unknown): string {
  if (value === undefined) return ''
  return JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value)).slice(1, -1)
}

const predefined = (event: BusEvent, { name, arn }: Rule): [string, unknown][] => [
  ['aws.events.rule-arn', arn],
  ['aws.events.rule-name', name],
  ['aws.events.event.ingestion-time', event.time],
  ['aws.events.event', event],
  ['aws.events.event.json', event],
]

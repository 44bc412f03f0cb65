import { AwsError } from '../protocol/aws-error'

type Content = string | number | boolean | undefined | Elements | readonly Elements[] | readonly string[]
/** Elements by name, in order; an array is that element again and again, `undefined` is left out. */
export interface Elements {
  [name: string]: Content
}

/** An element as it was read. */
export interface XmlNode {
  name: string
  text: string
  children: XmlNode[]
}

const S3 = 'http://s3.amazonaws.com/doc/2006-03-01/'

/** A document with one root in a namespace, S3's where none is given. */
export const writeXml = (root: string, content: Elements, namespace = S3): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${writeElements(content)}</${root}>`

const writeElements = (elements: Elements): string =>
  Object.entries(elements)
    .map(([name, content]) => writeElement(name, content))
    .join('')

function writeElement(name: string, content: Content): string {
  if (content === undefined) return ''
  if (isArray(content)) return content.map((one) => writeElement(name, one)).join('')
  if (typeof content === 'object') return `<${name}>${writeElements(content)}</${name}>`
  return `<${name}>${escape(String(content))}</${name}>`
}

const isArray = (content: Content): content is readonly Elements[] | readonly string[] => Array.isArray(content)

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const escape = (text: string): string =>
  // A carriage return would be read as a newline, and control characters not at all.
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  text.replace(/[&<>"\u0000-\u0008\u000b-\u001f]/g, (one) => ESCAPES[one] ?? `&#x${one.charCodeAt(0).toString(16)};`)

/** Read a small document without attributes that matter, comments or CDATA. Raises MalformedXML (400). */
export function readXml(text: string): XmlNode {
  const top: XmlNode = { name: '', text: '', children: [] }
  const open = [top]
  for (const [, tag = '', characters = ''] of text.matchAll(/<([^>]*)>|([^<]+)/g)) {
    const current = open.at(-1) ?? top
    if (tag.startsWith('?')) continue
    if (tag.startsWith('/')) {
      if (open.length === 1 || current.name !== nameOf(tag.slice(1))) throw malformed()
      open.pop()
    } else if (tag) {
      const child: XmlNode = { name: nameOf(tag), text: '', children: [] }
      current.children.push(child)
      if (!tag.endsWith('/')) open.push(child)
    } else current.text += unescape(characters)
  }
  const [root] = top.children
  if (!root || open.length > 1 || top.children.length > 1) throw malformed()
  return root
}

/** Text of the first child of that name. */
export const textOf = (node: XmlNode, name: string): string | undefined =>
  node.children.find((child) => child.name === name)?.text

export const malformed = (): AwsError =>
  new AwsError(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  )

const nameOf = (tag: string): string => (/^[^\s/]+/.exec(tag)?.[0] ?? '').replace(/^.*:/, '')

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const unescape = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16))
    if (decimal) return String.fromCodePoint(Number(decimal))
    return ENTITIES[name ?? ''] ?? whole
  })

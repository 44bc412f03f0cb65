import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { readXml, textOf, writeXml } from '../../src/s3/xml'

describe('XML', () => {
  it('writes elements in order, arrays as repetitions, and nothing for undefined', () => {
    expect(writeXml('R', { A: 1, B: undefined, C: [{ D: 'x' }, { D: 'y' }], E: true })).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<R xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
        '<A>1</A><C><D>x</D></C><C><D>y</D></C><E>true</E></R>',
    )
  })

  it('parses what it wrote, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(textOf(readXml(writeXml('R', { A: text })), 'A')).toBe(text)
      }),
    )
  })

  it('parses what SDKs write', () => {
    const root = readXml(
      '<?xml version="1.0"?>\n<Delete xmlns="x"><Object><Key>a &amp; b &#x3c;&#62;</Key></Object><Quiet/></Delete>\n',
    )
    expect(root.children.map(({ name }) => name)).toEqual(['Object', 'Quiet'])
    expect(textOf(root.children[0] ?? root, 'Key')).toBe('a & b <>')
  })

  it.each([[''], ['text'], ['<a>'], ['<a></b>'], ['<a/><b/>'], ['</a>']])('refuses %j', (text) => {
    expect(() => readXml(text)).toThrow(expect.objectContaining({ code: 'MalformedXML' }))
  })
})

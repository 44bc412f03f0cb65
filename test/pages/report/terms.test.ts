import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { TERMS } from '../../../pages/report/glossary'

const glossary = new Map(
  Array.from(
    readFileSync('docs/glossary.md', 'utf8').matchAll(/^\| \*\*(.+?)\*\* \| (.+?) \|$/gm),
    ([, term = '', definition = '']) => [
      term,
      definition.replaceAll(/ \(\[.*?\]\(.*?\)\)/g, '').replaceAll(/[*`]/g, ''),
    ],
  ),
)

it.each(TERMS)('explains %s on the report page as in the glossary', (term, definition) => {
  const found = glossary.get(term) ?? ''

  expect(found.slice(0, definition.length)).toBe(definition)
})

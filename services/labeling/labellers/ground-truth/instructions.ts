import type { Category } from '../../../../shared/settings'

/**
 * The worker template of Ground Truth, in Liquid. A post is untrusted text, so it is escaped. The owner's own words are
 * escaped too, because Liquid would read a brace in them.
 */
export const instructions = (categories: readonly Category[]): string => `\
<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-classifier
    name="crowd-classifier"
    categories="{{ task.input.labels | to_json | escape }}"
    header="Pick the category that fits best"
  >
    <classification-target style="white-space: pre-wrap">{{ task.input.taskObject | escape }}</classification-target>
    <full-instructions header="The categories">
${categories.map(described).join('\n')}
    </full-instructions>
    <short-instructions>
${categories.map(({ name, definition }) => `      <p><strong>${escaped(name)}</strong>: ${escaped(definition)}</p>`).join('\n')}
    </short-instructions>
  </crowd-classifier>
</crowd-form>
`

function described({ name, definition, examples }: Category): string {
  const list = examples.map((example) => `        <li>${escaped(example)}</li>\n`).join('')
  return (
    `      <h3>${escaped(name)}</h3>\n      <p>${escaped(definition)}</p>` +
    (list && `\n      <ul>\n${list}      </ul>`)
  )
}

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"'{}%]/g, (character) => `&#${character.codePointAt(0)};`)

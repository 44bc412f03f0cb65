export type Child = Node | string | null | undefined | false

/** An element with its attributes and children. Strings become text, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string | boolean | undefined> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(attribute, '')
    else if (value !== false && value !== undefined) made.setAttribute(attribute, value)
  }
  made.append(
    ...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false),
  )
  return made
}

/** Call `act` at each event; nobody waits for a promise that it returns. */
export function listen<K extends keyof HTMLElementEventMap>(
  target: HTMLElement,
  type: K,
  act: (event: HTMLElementEventMap[K]) => unknown,
): void {
  target.addEventListener(type, (event) => void act(event))
}

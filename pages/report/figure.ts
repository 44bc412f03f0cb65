import { type Child, element } from '../element'
import { behind, type Data } from './table'

/** Draws a plot of a width in CSS pixels. */
export type DrawPlot = (width: number) => SVGElement | HTMLElement

/** How wide a plot is on paper: of a sheet of A4 or Letter without its margins, so that its text stays as large. */
const PAPER = 640

/** Draws a plot again: as wide as its place, or of the given width. */
const watched = new Map<Element, (width?: number) => void>()
const observer = new ResizeObserver((entries) => {
  for (const { target } of entries) if (!onPaper) watched.get(target)?.()
})
let onPaper = false
addEventListener('beforeprint', () => {
  onPaper = true
  for (const draw of watched.values()) draw(PAPER)
})
addEventListener('afterprint', () => {
  onPaper = false
  for (const draw of watched.values()) draw()
})

/**
 * A plot under a heading, drawn as wide as its place and drawn again when that changes. For a screen reader it is an
 * image with a name; the table behind it has every number.
 */
export function figure(heading: string, about: string, draw: DrawPlot, data: Data, ...more: Child[]): HTMLElement {
  const place = element('div', { class: 'plot' })
  let drawn = 0
  watched.set(place, (width = Math.floor(place.clientWidth)) => {
    if (width === 0 || width === drawn) return
    drawn = width
    place.replaceChildren(asImage(draw(width), about))
  })
  observer.observe(place)
  return element('figure', {}, element('figcaption', {}, heading), ...more, place, behind(data))
}

/** Plot brings a style sheet of its own, which the content security policy forbids: page.css has its rules. */
function asImage(plot: SVGElement | HTMLElement, about: string): SVGElement | HTMLElement {
  for (const style of plot.querySelectorAll('style')) style.remove()
  for (const named of plot.querySelectorAll('[aria-label], [aria-description]')) {
    named.removeAttribute('aria-label')
    named.removeAttribute('aria-description')
  }
  plot.setAttribute('role', 'img')
  plot.setAttribute('aria-label', about)
  return plot
}

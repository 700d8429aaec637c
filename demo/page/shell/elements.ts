/**
 * The page's element with this id.
 *
 * @throws {Error} if it is missing, or of another kind
 */
export function element<T extends Element>(id: string, kind: new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`Cannot find ${kind.name} #${id}: ${found?.localName ?? 'nothing there'}`)
  return found
}

/** Makes an element with a class and what it holds. */
export function create<Name extends keyof HTMLElementTagNameMap>(
  name: Name, className = '', ...content: (string | Node)[]): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  if (className !== '') made.className = className
  made.append(...content)
  return made
}

/** Marks a button as not to be used now. It keeps the keyboard's focus, which `disabled` would drop. */
export function setUsable(button: HTMLElement, usable: boolean): void {
  if (usable) button.removeAttribute('aria-disabled')
  else button.setAttribute('aria-disabled', 'true')
}

/** Makes a button that sends no form. */
export function createButton(className = '', ...content: (string | Node)[]): HTMLButtonElement {
  const button = create('button', className, ...content)
  button.type = 'button'
  return button
}

/** How near to the end of what it scrolls, in CSS pixels, is at its end. */
const NEAR = 8

/** Whether a reader is at the end of what an element scrolls. */
export function isAtEnd(scroller: Element): boolean {
  return toEnd(scroller) < NEAR
}

/** How far what an element shows is from the end of what it scrolls, in CSS pixels. */
export function toEnd({ scrollHeight, scrollTop, clientHeight }: Element): number {
  return scrollHeight - scrollTop - clientHeight
}

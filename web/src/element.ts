// Makes elements: element('button', { type: 'button', onclick }, 'Clean'). Properties are set as properties, names with a dash as
// attributes.

type Properties<T> = Partial<Omit<T, 'style'>> & { [attribute: `aria-${string}` | `data-${string}`]: string };

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes('-')) made.setAttribute(name, String(value));
    else (made as unknown as Record<string, unknown>)[name] = value;
  }
  made.append(...children);
  return made;
}

let nextId = 1;
/** An id that no other element of the page has. */
export const freshId = (stem: string) => `${stem}-${nextId++}`;

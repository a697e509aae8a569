interface ChainElement {
  tag_name: string;
  text?: string;
  href?: string;
}

/** An element ends at a semicolon outside quotes: `a.button:href="/x"nth-child="1"text="Go; now";div`. */
const ELEMENT = /(?:[^;"]|"(?:\\.|[^"\\])*")+/g;
const ATTRIBUTE = /([^\s:"=.]+)="((?:\\.|[^"\\])*)"/g;

/** The elements of a chain as PostHog's libraries send it. */
export function elementsOf(chain: string): ChainElement[] {
  return (chain.match(ELEMENT) ?? []).map((element) => {
    const attributes = [...element.matchAll(ATTRIBUTE)].map(([, name, value]) => [
      name,
      value?.replace(/\\(.)/g, '$1'),
    ]);
    return { ...Object.fromEntries(attributes), tag_name: /^[^.:]*/.exec(element)?.[0] ?? '' } as ChainElement;
  });
}

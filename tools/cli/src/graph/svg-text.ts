import type { LayerRow } from './layer-rows.ts'
import { layoutOf } from './layout-thread.ts'

/** Sizes in units of the drawing. */
const [line, letter, padding] = [16, 7.2, 10]

/** The graph as a drawing, from top to bottom, layers in float filled. */
export async function svgText(name: string, rows: readonly LayerRow[]): Promise<string> {
  const places = new Map(rows.map(({ layer }, place) => [layer, place]))
  const texts = rows.map(textOf)
  const sizes = texts.map((lines) => {
    const width = Math.max(...lines.map(({ length }) => length)) * letter + 2 * padding
    return [width, lines.length * line + padding] as const
  })
  const arrows = rows.flatMap(({ consumers }, place) => consumers.map((consumer) => [place, places.get(consumer)!] as const))
  const { width, height, middles, lines } = await layoutOf({ sizes, arrows })
  const edges = lines.map((points) => `<polyline points="${points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')}"/>`)
  const boxes = rows.map(({ isFloat }, place) => {
    const [x, y] = middles[place]!
    const [width, height] = sizes[place]!
    const top = y - ((texts[place]!.length - 1) * line) / 2
    const words = texts[place]!.map((text, i) => `<text x="${round(x)}" y="${round(top + i * line)}">${escaped(text)}</text>`)
    const box = `<rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${round(height)}" rx="4"/>`
    return `<g${isFloat ? ' class="float"' : ''}>${box}${words.join('')}</g>`
  })
  const style =
    'text{font:12px monospace;text-anchor:middle;dominant-baseline:middle}rect{fill:#fff;stroke:#333}.float rect{fill:#ffd9a0}polyline{fill:none;stroke:#888;marker-end:url(#end)}'
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -8 ${round(width + 16)} ${round(height + 16)}">`,
    `<title>${escaped(name)}</title><style>${style}</style>`,
    '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="#888"/></marker></defs>',
    ...edges,
    ...boxes,
    '</svg>',
    '',
  ].join('\n')
}

const textOf = ({ layer, operator, shape, mode }: LayerRow): readonly string[] => [
  layer,
  operator,
  mode === undefined ? shape : `${shape} ${mode}`,
]

const round = (value: number): number => Math.round(value * 10) / 10

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

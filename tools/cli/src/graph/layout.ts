import type { Edge } from '@dagrejs/dagre'

/** What is drawn: boxes with their sizes, and which one an arrow goes from and to. */
export interface Boxes {
  /** Width and height of each box, in units of the drawing. */
  readonly sizes: readonly (readonly [width: number, height: number])[]
  /** Arrows between boxes, by their places in `sizes`. */
  readonly arrows: readonly (readonly [from: number, to: number])[]
}

/** Where boxes and arrows lie, in units of the drawing. */
export interface Layout {
  readonly width: number
  readonly height: number
  /** The middle of each box. */
  readonly middles: readonly Point[]
  /** The corners of each arrow's line. */
  readonly lines: readonly (readonly Point[])[]
}

/** A place in the drawing: to the right and down from its upper left corner. */
export type Point = readonly [x: number, y: number]

/** Places of boxes and arrows by layers, from top to bottom. */
export async function layOut({ sizes, arrows }: Boxes): Promise<Layout> {
  // Loaded here because few runs draw.
  const { graphlib, layout } = await import('@dagrejs/dagre')
  const drawing = new graphlib.Graph().setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 28 }).setDefaultEdgeLabel(() => ({}))
  for (const [box, [width, height]] of sizes.entries()) drawing.setNode(String(box), { width, height })
  for (const [from, to] of arrows) drawing.setEdge(String(from), String(to))
  layout(drawing)
  const { width = 0, height = 0 } = drawing.graph()
  const corners = (edge: Edge): readonly { readonly x: number; readonly y: number }[] => drawing.edge(edge).points
  return {
    width,
    height,
    middles: sizes.map((_, box) => {
      const { x, y } = drawing.node(String(box))
      return [x, y]
    }),
    lines: drawing.edges().map((edge: Edge) => corners(edge).map(({ x, y }) => [x, y] as const)),
  }
}

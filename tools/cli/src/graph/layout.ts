import type { Edge, Graph } from '@dagrejs/dagre'
import { ranksOf } from './ranks.ts'

/** What is drawn: boxes with their sizes, and which one an arrow goes from and to. */
export interface Boxes {
  /** Width and height of each box, in units of the drawing. */
  readonly sizes: readonly (readonly [width: number, height: number])[]
  /** Arrows between boxes, by their places in `sizes`: from one to a later one. */
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

/** How many rows an arrow is led through between boxes; a longer one runs beside the drawing. */
const farthest = 40
/** How far arrows beside the drawing are from it, and from each other. */
const gap = 12

/**
 * Places of boxes and arrows by rows, from top to bottom.
 *
 * The library finds rows by a search whose time grows with the square of the network, and gives an arrow a place in every row that it
 * passes, which for the users of one mask in every block of a transformer is a square too. Rows are found here in one walk, and arrows that
 * pass many run beside the drawing, so that the work grows as the network does.
 */
export async function layOut({ sizes, arrows }: Boxes): Promise<Layout> {
  // Loaded here because few runs draw.
  const { graphlib, layout } = await import('@dagrejs/dagre')
  const ranks = ranksOf(sizes.length, arrows)
  const isLong = ([from, to]: Boxes['arrows'][number]): boolean => ranks[to]! - ranks[from]! > farthest
  const ranker = (graph: Graph): void => {
    // The library has a row between any two, for labels of arrows. The node that it adds in front of all others is of no box.
    for (const name of graph.nodes()) graph.node(name).rank = 2 * (ranks[Number(name)] ?? -1)
  }
  const drawing = new graphlib.Graph().setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 28, ranker }).setDefaultEdgeLabel(() => ({}))
  for (const [box, [width, height]] of sizes.entries()) drawing.setNode(String(box), { width, height })
  for (const arrow of arrows) if (!isLong(arrow)) drawing.setEdge(String(arrow[0]), String(arrow[1]))
  layout(drawing)
  const { width = 0, height = 0 } = drawing.graph()
  const middles = sizes.map((_, box): Point => {
    const { x, y } = drawing.node(String(box))
    return [x, y]
  })
  const corners = (edge: Edge): readonly { readonly x: number; readonly y: number }[] => drawing.edge(edge).points
  const led = drawing.edges().map((edge: Edge) => corners(edge).map(({ x, y }): Point => [x, y]))
  const { lines, room } = besideOf(arrows.filter(isLong), { sizes, middles, width })
  return { width: width + room, height, middles, lines: [...led, ...lines] }
}

/** Lines that run down beside the drawing, those from one box together. */
function besideOf(
  arrows: Boxes['arrows'],
  { sizes, middles, width }: { readonly sizes: Boxes['sizes']; readonly middles: readonly Point[]; readonly width: number },
): { readonly lines: readonly (readonly Point[])[]; readonly room: number } {
  const tracks = new Map([...new Set(arrows.map(([from]) => from))].map((from, place) => [from, width + (place + 1) * gap]))
  const sideOf = (box: number): Point => [middles[box]![0] + sizes[box]![0] / 2, middles[box]![1]]
  const lines = arrows.map(([from, to]): readonly Point[] => {
    const [start, end, track] = [sideOf(from), sideOf(to), tracks.get(from)!]
    return [start, [track, start[1]], [track, end[1]], end]
  })
  return { lines, room: tracks.size * gap }
}

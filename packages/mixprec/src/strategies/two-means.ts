import type { WalkedLayer } from './walk-layers.ts'

type Point = readonly [number, number]

/**
 * The layers of the cluster with the larger cosine loss, of two clusters over (cosine loss, noise loss) of each layer: what scikit-learn's
 * `KMeans(n_clusters=2)` gives, of whose starts the best is taken here, so that no dice are rolled. A single layer is its own cluster.
 */
export function sensitiveCluster(layers: readonly WalkedLayer[]): readonly string[] {
  const points = layers.map(({ loss, noise }): Point => [finite(loss), finite(noise)])
  const inSecond = twoMeans(points)
  if (inSecond === undefined) return layers.map(({ layer }) => layer)
  const [first, second] = [false, true].map((side) => mean(points.filter((_, i) => inSecond[i] === side))[0])
  const worse = second! > first!
  return layers.filter((_, i) => inSecond[i] === worse).map(({ layer }) => layer)
}

/**
 * Which of two clusters each point is in, by Lloyd's algorithm from every split of the points along either axis; the partition of least
 * squared distance, the first of equal ones. Undefined when all points are the same.
 */
function twoMeans(points: readonly Point[]): readonly boolean[] | undefined {
  let best: { readonly sides: readonly boolean[]; readonly inertia: number } | undefined
  for (const axis of [0, 1] as const) {
    for (const border of new Set(points.map((point) => point[axis]))) {
      const sides = settle(
        points,
        points.map((point) => point[axis] >= border),
      )
      if (sides === undefined) continue
      const inertia = inertiaOf(points, sides)
      if (best === undefined || inertia < best.inertia) best = { sides, inertia }
    }
  }
  return best?.sides
}

/** Moves points to the nearer mean until none moves; undefined when one side is empty. */
function settle(points: readonly Point[], start: readonly boolean[]): readonly boolean[] | undefined {
  let sides = start
  for (let round = 0; round < 300; round++) {
    if (!sides.includes(true) || !sides.includes(false)) return undefined
    const [first, second] = meansOf(points, sides)
    const moved = points.map((point) => squaredDistance(point, second) < squaredDistance(point, first))
    if (moved.every((side, i) => side === sides[i])) return sides
    sides = moved
  }
  return sides
}

const finite = (x: number): number => (Number.isFinite(x) ? x : Number.MAX_VALUE ** 0.25)

const squaredDistance = ([x, y]: Point, [u, v]: Point): number => (x - u) ** 2 + (y - v) ** 2

const meansOf = (points: readonly Point[], sides: readonly boolean[]): readonly [Point, Point] => [
  mean(points.filter((_, i) => !sides[i])),
  mean(points.filter((_, i) => sides[i])),
]

function inertiaOf(points: readonly Point[], sides: readonly boolean[]): number {
  const [first, second] = meansOf(points, sides)
  return points.reduce((sum, point, i) => sum + squaredDistance(point, sides[i] ? second : first), 0)
}

function mean(points: readonly Point[]): Point {
  const sum = (axis: 0 | 1) => points.reduce((total, point) => total + point[axis], 0)
  return [sum(0) / points.length, sum(1) / points.length]
}

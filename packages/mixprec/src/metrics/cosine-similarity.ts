/**
 * The cosine of the angle between two vectors, moved to 0 … 1: `(1 + cos) / 2`, the similarity that TPU-MLIR's tools print and take. Vectors
 * without a direction (zero, or not finite) count as perpendicular.
 */
export function cosineSimilarity(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [product, squareA, squareB] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!]
    product += x * y
    squareA += x * x
    squareB += y * y
  }
  const cosine = product / Math.sqrt(squareA) / Math.sqrt(squareB)
  return 0.5 + 0.5 * (Number.isNaN(cosine) ? 0 : cosine)
}

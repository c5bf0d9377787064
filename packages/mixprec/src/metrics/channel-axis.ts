/**
 * The axis of an output along which its numbers mean different things: box coordinates and scores, classes, heat maps.
 *
 * Axes of equal extent beside each other are the places of an image and the first axis counts the batch; of the others it is the longest (`[1, 255, 80, 80]`,
 * `[1, 3, 80, 80, 85]`, `[1, 80, 80, 255]`). Where no two axes pair so: of three axes the shorter of the last two (`[1, 25200, 85]`,
 * `[1, 84, 8400]`), else the second, as ONNX lays images out (`[1, 21, 360, 640]`).
 *
 * @returns `undefined` for an output of less than three axes: one vector, which is one group
 */
export function channelAxisOf(shape: readonly number[]): number | undefined {
  if (shape.length < 3) return undefined
  const pair = shape.findIndex((extent, axis) => axis > 0 && shape[axis + 1] === extent)
  if (pair < 0 || shape.length === 3) return shape.length === 3 && shape[2]! < shape[1]! ? 2 : 1
  const others = [...shape.keys()].slice(1).filter((axis) => axis !== pair && axis !== pair + 1)
  return others.reduce((longest, axis) => (shape[axis]! > shape[longest]! ? axis : longest))
}

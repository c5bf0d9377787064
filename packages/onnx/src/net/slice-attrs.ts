/** The attributes of a Slice that takes a range of one axis of a tensor, and all along the others. @param to the place behind the last */
export function sliceAttrs(shape: readonly number[], axis: number, from: number, to: number, step = 1) {
  return {
    starts: shape.map((_, i) => (i === axis ? from : 0)),
    ends: shape.map((d, i) => (i === axis ? to : d)),
    steps: shape.map((_, i) => (i === axis ? step : 1)),
  }
}

import type { Attrs, Node } from '@q/ir'

/** What makes a ReLU of a value. One with a limit is written between two ends, as by TPU-MLIR: on codes and numbers alike the chip leaves the limit of a ReLU out. */
export function reluOf(x: string, y: string, limit: number, attrs: Attrs): Node {
  const ends = { inputs: [x], outputs: [y] }
  return limit > 0 ? { op: 'Clip', ...ends, attrs: { min: 0, max: limit, ...attrs } } : { op: 'Relu', ...ends, attrs }
}

import { elementCount, type LoweredNode, type Node, type TensorType } from '@q/ir'

/** A value, and what it is called as planes. */
interface Side {
  readonly name: string
  readonly type: TensorType
  readonly planes: string
}

/**
 * A convolution of one tap for each channel, on planes of all that lies behind the channels: the family's text has no convolution of other axes.
 *
 * @param isPlane how many axes behind the channels the text has one of
 * @returns what it takes between the values, of which only `to` is not declared
 */
export function onPlanes(
  from: Side,
  to: Side,
  isPlane: (axes: number) => boolean,
  convolve: (x: string, y: string) => Node,
): Required<Pick<LoweredNode, 'nodes' | 'values'>> {
  const { shape } = from.type
  if (isPlane(shape.length - 2)) return { nodes: [convolve(from.name, to.name)], values: [] }
  const [images = 1, channels = 1, ...rest] = shape
  const planes = [images, channels, elementCount(rest), 1]
  return {
    nodes: [
      { op: 'Reshape', inputs: [from.name], outputs: [from.planes], attrs: { shape: planes } },
      convolve(from.planes, to.planes),
      { op: 'Reshape', inputs: [to.planes], outputs: [to.name], attrs: { shape } },
    ],
    values: [from, to].map(({ planes: name, type }) => ({ name, type: { ...type, shape: planes } })),
  }
}

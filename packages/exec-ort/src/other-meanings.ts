import type { Attrs, Node } from '@q/ir'

/**
 * Forms of operators that ONNX Runtime computes otherwise than ONNX defines them; another executor takes them.
 *
 * GridSample: of places outside, ONNX (`onnx.reference`, 1.23, and ONNX Runtime to 1.16 at least) takes the nearest place inside before it weighs elements; ONNX Runtime 1.30 weighs first, which a
 * cubic shows.
 */
const otherMeanings: Readonly<Record<string, (attrs: Attrs) => boolean>> = {
  GridSample: ({ mode, padding_mode }) => mode === 'cubic' && padding_mode === 'border',
}

/** Whether ONNX Runtime computes something else than the node says. */
export const hasOtherMeaning = ({ op, attrs }: Node): boolean => otherMeanings[op]?.(attrs) ?? false

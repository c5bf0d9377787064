/**
 * The ends of the names of layers that stand behind the one named for a tensor, `<tensor>_<operator>`, where TPU-MLIR 1.30.2 has several for an
 * operator: the last of them computes the tensor, the one named for it a step on the way.
 */
export const lastSteps = ['compare', 'floor', 'Mul'] as const

/** See {@link lastSteps}. */
export type LastStep = (typeof lastSteps)[number]

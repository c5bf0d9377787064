/** In which types a quantized network takes its inputs and gives its results; all in float32 numbers otherwise. */
export interface BoundaryTypes {
  /** Inputs that are taken as the network computes with them, as codes or 16-bit floats; by their places, from 1. @default none */
  readonly inputs?: 'all' | readonly number[]
  /** Results that are given as the network computes them. @default none */
  readonly outputs?: 'all' | readonly number[]
  /** Of `inputs`, those that the network computes with in floats are taken as codes of 8 bits as well. @default false */
  readonly codedInputs?: boolean
  /** Of `outputs`, those that the network computes in floats are given as codes of 8 bits as well. @default false */
  readonly codedOutputs?: boolean
  /** Float32 results are given as bfloat16 numbers; not beside `outputs`. @default false */
  readonly bf16Outputs?: boolean
}

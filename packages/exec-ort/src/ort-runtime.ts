/** A tensor of ONNX Runtime, as far as it is used here. */
export interface OrtTensor {
  readonly type: string
  readonly data: unknown
  readonly dims: readonly number[]
  dispose?(): void
}

/** A session of ONNX Runtime, as far as it is used here. */
export interface OrtSession {
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>
  release(): Promise<void>
}

/**
 * The part of ONNX Runtime's JavaScript API that is used. The modules `onnxruntime-node` and `onnxruntime-web`
 * have it; one of them is handed in.
 */
export interface OrtRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: Readonly<Record<string, unknown>>): Promise<OrtSession>
  }
  readonly Tensor: new (type: never, data: never, dims: readonly number[]) => OrtTensor
}

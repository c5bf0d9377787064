import type { FrameAlignment, PictureForm } from '../graph/picture.ts'

/** How a quantized network takes pictures: as they come, and what makes its numbers of them is computed by the chip. */
export interface PictureInputs {
  /** @default that of each input's own channels */
  readonly form?: PictureForm
  /** Rows and planes are padded, as frames of the chip's cameras are. @default false */
  readonly aligned?: boolean
}

/** How the pictures of a chip may come. */
export interface PictureRules {
  readonly forms: readonly PictureForm[]
  /** How frames of its cameras are padded. @default they have no gaps */
  readonly alignment?: FrameAlignment
}

/** Decoded pixels: 8 bits, row by row, channels side by side. */
export interface Image {
  readonly data: Uint8Array
  readonly height: number
  readonly width: number
  /** 1 gray; 3 blue, green, red; 4 red, green, blue, alpha. */
  readonly channels: 1 | 3 | 4
}

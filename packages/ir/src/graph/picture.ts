import { QError } from '../errors.ts'
import type { Preprocess } from './types.ts'

/** Forms in which a network may take a picture itself: the order of its channels, and whether a channel is a plane of its own. */
export const pictureForms = {
  RGB_PLANAR: { pixelFormat: 'rgb', layout: 'planar' },
  RGB_PACKED: { pixelFormat: 'rgb', layout: 'packed' },
  BGR_PLANAR: { pixelFormat: 'bgr', layout: 'planar' },
  BGR_PACKED: { pixelFormat: 'bgr', layout: 'packed' },
  GRAYSCALE: { pixelFormat: 'gray', layout: 'planar' },
  RGBA_PLANAR: { pixelFormat: 'rgba', layout: 'planar' },
} as const satisfies Readonly<Record<string, { readonly pixelFormat: Preprocess['pixelFormat']; readonly layout: 'planar' | 'packed' }>>

/** A form in which a network may take a picture itself. */
export type PictureForm = keyof typeof pictureForms

/** How frames are padded where they come from a camera: rows, and planes or whole frames, begin at multiples of so many bytes. */
export interface FrameAlignment {
  readonly row: number
  /** Of planes; a form with one plane has none. */
  readonly plane: number
}

/** Where the bytes of a picture lie. */
export interface Frame {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly layout: 'planar' | 'packed'
  /** From one row to the next. */
  readonly rowBytes: number
  /** From one plane to the next; of the whole frame where there is one. */
  readonly planeBytes: number
  /** Of the tensor of bytes, without its first axis. */
  readonly shape: readonly number[]
}

const up = (bytes: number, to: number): number => Math.ceil(bytes / to) * to

/**
 * Where the bytes of a picture of this size lie: `[C, H, W]`, packed `[H, W, C]`; aligned, planes are `[C, 1, bytes]` and rows of a single plane `[1, H, bytes]`.
 *
 * @param alignment none: the bytes lie without gaps
 * @see spec: containers, 2.3; TPU-MLIR 1.30.2's `fuse-preprocess`
 */
export function frameOf(form: PictureForm, [height, width]: readonly [number, number], alignment?: FrameAlignment): Frame {
  const { pixelFormat, layout } = pictureForms[form]
  const channels = channelCounts[pixelFormat]
  const plain = layout === 'packed' ? width * channels : width
  const rowBytes = up(plain, alignment?.row ?? 1)
  const isPlanes = layout === 'planar' && channels > 1
  const planeBytes = up(height * rowBytes, isPlanes ? (alignment?.plane ?? 1) : 1)
  const shape =
    alignment === undefined
      ? layout === 'packed'
        ? [height, width, channels]
        : [channels, height, width]
      : isPlanes
        ? [channels, 1, planeBytes]
        : [1, height, rowBytes]
  return { height, width, channels, layout, rowBytes, planeBytes, shape }
}

const channelCounts = { rgb: 3, bgr: 3, gray: 1, rgba: 4 } as const

/** The form of an input's own channels, which a picture has where nobody says another. */
export function usualForm({ pixelFormat, channelFormat }: Pick<Preprocess, 'pixelFormat' | 'channelFormat'>): PictureForm {
  const layout = channelFormat === 'nhwc' ? 'packed' : 'planar'
  const forms = Object.keys(pictureForms) as PictureForm[]
  const found = forms.find(
    (form) => pictureForms[form].pixelFormat === pixelFormat && (pictureForms[form].layout === layout || pixelFormat === 'gray'),
  )
  if (found !== undefined) return found
  throw new QError('PICTURE_FORM', `there is no form of pictures for an input that takes ${pixelFormat}`, {
    at: [pixelFormat],
    found: `${pixelFormat}, ${channelFormat}`,
    wanted: forms.join(', '),
    hint: 'feed this network numbers',
    kind: 'usage',
  })
}

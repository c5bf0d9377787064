const startOfImage = 0xd8
const progressive = 0xc2
const startOfScan = 0xda
const jfif = 0xe0
const adobe = 0xee

/** What the headers of a JPEG file say about its colours. */
export interface JpegColour {
  readonly components: number
  /** How three components are to be read: by the Adobe and JFIF markers and component names, as libjpeg decides. */
  readonly model: 'gray' | 'ycc' | 'rgb' | 'other'
  /** Whether the picture is made in several scans, each of which refines it. */
  readonly isProgressive: boolean
}

/** The colour model of a JPEG file; `undefined` when its headers cannot be followed. */
export function jpegColour(bytes: Uint8Array): JpegColour | undefined {
  let transform: number | undefined
  let hasJfif = false
  let frame: { components: number; ids: string; isProgressive: boolean } | undefined
  for (const { marker, start, end } of segments(bytes)) {
    if (marker === jfif && ascii(bytes, start, 4) === 'JFIF') hasJfif = true
    if (marker === adobe && ascii(bytes, start, 5) === 'Adobe' && end - start >= 12) transform = bytes[start + 11]
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc && end - start >= 6) {
      const components = bytes[start + 5]!
      const isProgressive = marker === progressive
      frame = { components, isProgressive, ids: Array.from({ length: components }, (_, i) => String(bytes[start + 6 + 3 * i])).join(' ') }
    }
  }
  if (frame === undefined) return undefined
  const { components, isProgressive } = frame
  if (components === 1) return { components, model: 'gray', isProgressive }
  if (components !== 3) return { components, model: 'other', isProgressive }
  const rgb = hasJfif ? false : transform !== undefined ? transform === 0 : frame.ids === '82 71 66'
  return { components, model: rgb ? 'rgb' : 'ycc', isProgressive }
}

/**
 * The same JPEG declared to be RGB, so that a decoder hands out Y, Cb and Cr untouched.
 *
 * OpenCV takes a gray image from the file's own Y plane; computing it from decoded colours differs by rounding and by clipping.
 */
export function declareRgb(bytes: Uint8Array): Uint8Array {
  const adobeRgb = Uint8Array.from([0xff, adobe, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0])
  const parts: Uint8Array[] = [bytes.subarray(0, 2), adobeRgb]
  let last = 2
  for (const { marker, start, end } of segments(bytes)) {
    if (marker === jfif || marker === adobe) {
      parts.push(bytes.subarray(last, start - 4))
      last = end
    }
  }
  parts.push(bytes.subarray(last))
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let place = 0
  for (const part of parts) {
    out.set(part, place)
    place += part.length
  }
  return out
}

/** The marker segments before the first scan; `start` and `end` enclose a segment's content. */
function* segments(bytes: Uint8Array): Generator<{ readonly marker: number; readonly start: number; readonly end: number }> {
  if (bytes[0] !== 0xff || bytes[1] !== startOfImage) return
  let p = 2
  while (p + 4 <= bytes.length) {
    if (bytes[p] !== 0xff) return
    const marker = bytes[p + 1]!
    if (marker === 0xff) {
      p++
      continue
    }
    if (marker === startOfScan) return
    const end = p + 2 + ((bytes[p + 2]! << 8) | bytes[p + 3]!)
    if (end > bytes.length) return
    yield { marker, start: p + 4, end }
    p = end
  }
}

function ascii(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length))
}

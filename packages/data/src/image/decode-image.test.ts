import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { decodeImage } from './decode-image.ts'

// An 8x8 JPEG (chroma at half size), a 4x3 PNG and a 3x3 BMP of a pattern; the expected pixels are those of OpenCV 4.8.0.
const jpeg = fromBase64(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/' +
    '2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAAIAAgDASIAAhEBAxEB/8QA' +
    'HwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkK' +
    'FhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXG' +
    'x8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAEC' +
    'AxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOE' +
    'hYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwBto7xafD5c' +
    'zb5sBGCYAYnGO3I4GO4z2JIKKKwq13GzcU791cuNKM279Gf/2Q==',
)
const png = fromBase64(
  'iVBORw0KGgoAAAANSUhEUgAAAAQAAAADCAIAAAA7ljmRAAAAMklEQVR4nAEnANj/AQAwqm5MKgjmxKKAXgFU/O7WtJJwTiwK6MYC9GzkXNRMxDy0LKQcVv0S' +
    'UY+qutcAAAAASUVORK5CYII=',
)
const bmp = fromBase64(
  'Qk1aAAAAAAAAADYAAAAoAAAAAwAAAAMAAAABABgAAAAAACQAAADEDgAAxA4AAAAAAAAAAAAArP6acuak0mhIAAAA9uIY7vxUgLAqAAAAqjAA1HxumGJ2AAAA',
)

describe('decoding as OpenCV', () => {
  it('gives blue, green, red of a colour JPEG', async () => {
    const image = await decodeImage(jpeg)
    expect(image).toMatchObject({ height: 8, width: 8, channels: 3 })
    expect([...image.data.subarray(0, 24)]).toEqual([
      129, 33, 63, 188, 106, 124, 151, 98, 88, 187, 163, 139, 205, 210, 179, 98, 126, 97, 211, 254, 239, 138, 190, 180,
    ])
  })

  it('gives the Y plane of a colour JPEG as its gray', async () => {
    const image = await decodeImage(jpeg, 'gray')
    expect(image.channels).toBe(1)
    expect([...image.data.subarray(0, 32)]).toEqual([
      53, 121, 101, 159, 200, 114, 245, 181, 109, 124, 111, 185, 118, 220, 58, 172, 56, 6, 126, 123, 106, 189, 133, 86, 73, 45, 169, 106,
      185, 76, 175, 3,
    ])
  })

  it('mixes the gray of a PNG with the weights of libpng', async () => {
    expect([...(await decodeImage(png, 'gray')).data]).toEqual([47, 129, 110, 167, 200, 130, 214, 197, 106, 140, 73, 159])
  })

  it('reads a BMP, and mixes its gray with the weights of OpenCV', async () => {
    expect([...(await decodeImage(bmp)).data]).toEqual([
      170, 48, 0, 212, 124, 110, 152, 98, 118, 246, 226, 24, 238, 252, 84, 128, 176, 42, 172, 254, 154, 114, 230, 164, 210, 104, 72,
    ])
    expect([...(await decodeImage(bmp, 'gray')).data]).toEqual([48, 130, 110, 168, 200, 130, 215, 197, 107])
  })

  it('reads a gray file as three equal channels, and as itself', async () => {
    const raw = { width: 3, height: 2, channels: 1 } as const
    const gray = await sharp(Buffer.from([0, 50, 100, 150, 200, 255]), { raw })
      .toColourspace('b-w')
      .png()
      .toBuffer()
    expect([...(await decodeImage(gray, 'gray')).data]).toEqual([0, 50, 100, 150, 200, 255])
    expect([...(await decodeImage(gray)).data]).toEqual([0, 50, 100, 150, 200, 255].flatMap((value) => [value, value, value]))
  })

  it('drops the transparency of a PNG, or keeps it when asked', async () => {
    const file = await sharp(Buffer.from([10, 20, 30, 40, 50, 60, 70, 80]), { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toBuffer()
    expect([...(await decodeImage(file)).data]).toEqual([30, 20, 10, 70, 60, 50])
    expect([...(await decodeImage(file, 'rgba')).data]).toEqual([10, 20, 30, 40, 50, 60, 70, 80])
  })

  it('turns the picture as its EXIF orientation says', async () => {
    const pixels = Buffer.from([1, 1, 1, 2, 2, 2, 3, 3, 3])
    const file = await sharp(pixels, { raw: { width: 3, height: 1, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer()
    expect(await decodeImage(file)).toMatchObject({ height: 3, width: 1 })
  })
})

describe('images that cannot be used', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'q-data-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it.each([
    ['IMAGE_EMPTY', new Uint8Array(0)],
    ['IMAGE_UNREADABLE', new TextEncoder().encode('this is a text')],
    ['IMAGE_UNREADABLE', jpeg.subarray(0, 640)],
    ['IMAGE_UNREADABLE', png.subarray(0, 60)],
    ['IMAGE_UNREADABLE', bmp.subarray(0, 80)],
    ['IMAGE_FORMAT', bmp.map((byte, i) => (i === 30 ? 1 : byte))],
  ])('%s names the file, what it is and what to do', async (code, bytes) => {
    const path = join(folder, 'x.jpg')
    await writeFile(path, bytes)
    for (const format of ['bgr', 'gray'] as const) {
      await expect(decodeImage(path, format)).rejects.toMatchObject({
        code,
        at: [path],
        found: expect.any(String),
        wanted: expect.any(String),
        hint: expect.any(String),
      })
    }
  })

  it('a missing file and a folder are told apart', async () => {
    await expect(decodeImage(join(folder, 'no.jpg'))).rejects.toMatchObject({ code: 'FILE_MISSING', kind: 'input' })
    await expect(decodeImage(folder)).rejects.toMatchObject({ code: 'FILE_IS_FOLDER' })
  })

  it('a small file that states more pixels than may be held is refused before they are made', async () => {
    const bomb = await sharp({ create: { width: 16000, height: 16000, channels: 3, background: 'black' } })
      .png({ compressionLevel: 9 })
      .toBuffer()
    const before = process.memoryUsage().rss
    await expect(decodeImage(bomb)).rejects.toMatchObject({
      code: 'IMAGE_LARGE',
      found: '16000 x 16000 pixels',
      hint: expect.stringContaining('--max-memory'),
    })
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 28)
    await expect(decodeImage(png, 'bgr', [], 4 * 16 * 11)).rejects.toMatchObject({ code: 'IMAGE_LARGE', wanted: '11 pixels at most' })
    expect((await decodeImage(png, 'bgr', [], 4 * 16 * 12)).data).toHaveLength(36)
    await expect(decodeImage(bmp, 'bgr', [], 4 * 16 * 8)).rejects.toMatchObject({ code: 'IMAGE_LARGE', found: '3 x 3 pixels' })
  })

  const noise = Buffer.from(Array.from({ length: 48 * 40 * 3 }, (_, i) => (i * 37 + (i >> 3) * 11) & 255))
  const picture = () => sharp(noise, { raw: { width: 48, height: 40, channels: 3 } })

  it.each([
    ['a JPEG', () => picture().jpeg().toBuffer()],
    ['a progressive JPEG', () => picture().jpeg({ progressive: true }).toBuffer()],
    ['a GIF', () => picture().gif().toBuffer()],
  ])('%s that is cut, or of which a part is lost, and that ends as it should', async (_, made) => {
    const whole = await made()
    for (const share of [0.5, 0.7, 0.9]) {
      const place = Math.floor(whole.length * share)
      const cut = Buffer.concat([whole.subarray(0, place), whole.subarray(-2)])
      const empty = Buffer.from(whole).fill(0, place, whole.length - 2)
      for (const damaged of [cut, empty]) await expect(decodeImage(damaged), `${share}`).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' })
    }
  })

  it('what fills a JPEG behind its picture is no damage', async () => {
    const whole = await picture().jpeg().toBuffer()
    const filled = Buffer.concat([whole.subarray(0, -2), Buffer.alloc(500), whole.subarray(-2), Buffer.alloc(100)])
    expect(await decodeImage(filled)).toEqual(await decodeImage(whole))
  })

  it('a drawing is no picture', async () => {
    const drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="5" height="5"/></svg>'
    await expect(decodeImage(new TextEncoder().encode(drawing))).rejects.toMatchObject({ code: 'IMAGE_FORMAT', found: 'svg' })
  })

  it('a JPEG of four inks is refused', async () => {
    const cmyk = await sharp(png).toColourspace('cmyk').jpeg().toBuffer()
    await expect(decodeImage(cmyk)).rejects.toMatchObject({ code: 'IMAGE_FORMAT' })
  })
})

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
}

import { describe, expect, it } from 'vitest'
import { externalPlace } from './external-data.ts'

const place = (entries: Readonly<Record<string, string>>) =>
  externalPlace({ externalData: Object.entries(entries).map(([key, value]) => ({ key, value })) }, 8, ['model', 'w'])

describe('external data', () => {
  it("lies below the model's folder", () => {
    expect(place({ location: 'sub/w..bin' })).toEqual({ location: 'sub/w..bin', offset: 0, length: 8 })
    for (const location of ['', '../w.bin', 'sub/../../w.bin', 'sub\\..\\..\\w.bin', '/w.bin', '\\w.bin', 'C:\\w.bin', 'w\0.bin']) {
      expect(() => place({ location }), location).toThrow(expect.objectContaining({ code: 'ONNX_EXTERNAL_DATA', at: ['model', 'w'] }))
    }
  })

  it('is counted in decimal digits', () => {
    expect(place({ location: 'w', offset: '0004096', length: '16' })).toEqual({ location: 'w', offset: 4096, length: 16 })
    for (const text of ['0x0', '-4', '1e3', ' 4', '', '4.0', '99999999999999999999']) {
      expect(() => place({ location: 'w', offset: text }), text).toThrow(expect.objectContaining({ found: JSON.stringify(text) }))
      expect(() => place({ location: 'w', length: text }), text).toThrow(expect.objectContaining({ code: 'ONNX_EXTERNAL_DATA' }))
    }
  })
})

import { expect, it } from 'vitest'
import {
  parseBytes,
  parseCount,
  parseNames,
  parseNumbers,
  parsePixel,
  parsePlainName,
  parseShapes,
  parseSimilarity,
  parseSize,
  parseTolerance,
} from './parse.ts'

it.each([
  ['[[1,3,224,224],[10]]', [[1, 3, 224, 224], [10]]],
  ['[1,3,8,8]', [[1, 3, 8, 8]]],
])('shapes %s', (text, shapes) => {
  expect(parseShapes(text)).toEqual(shapes)
})

it('shapes count up to what 32 bits hold, and so do their elements', () => {
  expect(parseShapes('[[2147483647],[65536,32767]]')).toEqual([[2147483647], [65536, 32767]])
  for (const shape of ['[1e22,3,32,32]', '[9007199254740993]', '[2147483648]', '[65536,32768]', '[1e200,1e200]']) {
    expect(() => parseShapes(`[${shape}]`), shape).toThrow('to 2147483647')
  }
  expect(() => parseSize('65536,32768')).toThrow('height,width')
})

it.each(['1,3', '[[1,-1]]', '[[1.5]]', '{}', '[["1"]]', '', '[]'])('no shapes: %j', (text) => {
  expect(() => parseShapes(text)).toThrow('wanted shapes')
})

it('plain names', () => {
  for (const name of ['net', 'ü b', 'net.v2']) expect(parsePlainName(name)).toBe(name)
  for (const name of ['', ' ', 'a/b', 'a\\b', '../net', 'a\nb']) expect(() => parsePlainName(name), name).toThrow('wanted a plain name')
})

it('numbers, sizes, tolerances, names', () => {
  expect(parseNumbers('123.675, -1,1e-3')).toEqual([123.675, -1, 0.001])
  expect(() => parseNumbers('1,,2')).toThrow('found ""')
  expect(() => parseNumbers('nan')).toThrow('found "nan"')
  expect(parseSize('256,128')).toEqual([256, 128])
  expect(() => parseSize('256')).toThrow('height,width')
  expect(() => parseSize('0,1')).toThrow('height,width')
  expect(parseTolerance('0.9,0.8')).toEqual([0.9, 0.8])
  expect(() => parseTolerance('0.9')).toThrow('cosine,euclidean')
  expect(parseNames(' a, b/c ,,')).toEqual(['a', 'b/c'])
})

it('whole numbers of at least a bound', () => {
  expect(parseCount(0)('0')).toBe(0)
  for (const text of ['-1', '1.5', 'x', '', '9007199254740993', '1e22']) expect(() => parseCount(0)(text), text).toThrow('at least 0')
})

it('sizes of memory have units of 1024', () => {
  expect(['4GiB', '4g', '4096MB', '1.5G', '2097152', '1 tib'].map(parseBytes)).toEqual([
    2 ** 32,
    2 ** 32,
    2 ** 32,
    1.5 * 2 ** 30,
    2 ** 21,
    2 ** 40,
  ])
  for (const text of ['', '4X', '-1G', 'GiB', '1e9', '1', '99999999999999999999', 'nan'])
    expect(() => parseBytes(text), text).toThrow('at least 1MiB')
})

it('a similarity is a number from 0 to 1', () => {
  expect(['0', '0.99', '1'].map(parseSimilarity)).toEqual([0, 0.99, 1])
  for (const text of ['1.5', '-0.1', 'much']) expect(() => parseSimilarity(text), text).toThrow('wanted a number')
})

it('lists stand in brackets too, as help texts show them', () => {
  expect(parseTolerance('[0.99,0.9]')).toEqual([0.99, 0.9])
  expect(parseNumbers(' [1, 2,3] ')).toEqual([1, 2, 3])
  for (const text of ['[1,2', '1,2]', '[[1,2]]']) expect(() => parseNumbers(text), text).toThrow('wanted numbers')
})

it('a border is filled with values of pixels', () => {
  expect([parsePixel('0'), parsePixel('114.5'), parsePixel('255')]).toEqual([0, 114.5, 255])
  for (const text of ['-1', '300', 'x', '']) expect(() => parsePixel(text), text).toThrow('wanted a')
})

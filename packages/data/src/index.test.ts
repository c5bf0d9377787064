import { expect, it } from 'vitest'

import * as data from './index.ts'

it('the public surface changes on purpose only', () => {
  expect(Object.keys(data).sort()).toEqual([
    'constantChannels',
    'createSampleSource',
    'decodeImage',
    'decodedFormat',
    'fileReasons',
    'isWrongPath',
    'iterate',
    'kindOfFile',
    'loadTestInput',
    'preprocessImage',
    'readPlainFile',
    'resizeBilinearU8',
    'selectSamples',
    'unpackedBytes',
    'usualMostBytes',
    'withPreprocess',
  ])
})

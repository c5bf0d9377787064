import { Command } from 'commander'
import { expect, it } from 'vitest'
import { addPictureOptions, type PictureOptions, picturesOf } from './picture-options.ts'

const said = (...args: readonly string[]) => {
  const command = addPictureOptions(new Command().exitOverride().configureOutput({ writeErr: () => {} }))
  return picturesOf(command.parse(args, { from: 'user' }).opts<PictureOptions>())
}

it('says how pictures come', () => {
  expect(said()).toBeUndefined()
  expect(said('--fuse_preprocess')).toEqual({})
  expect(said('--fuse_preprocess', '--customization_format', 'bgr_packed', '--aligned_input')).toEqual({
    form: 'BGR_PACKED',
    aligned: true,
  })
  expect(said('--fuse_preprocess', '--customization_format', '')).toEqual({})
})

it('refuses forms by name, and what has no effect', () => {
  expect(() => said('--fuse_preprocess', '--customization_format', 'YUV_NV12')).toThrow(
    'YUV_NV12 is not supported: the conversion from YUV',
  )
  expect(() => said('--fuse_preprocess', '--customization_format', 'RGGB_RAW')).toThrow('RGGB_RAW is not supported: the unpacking')
  expect(() => said('--aligned_input')).toThrow(
    expect.objectContaining({ code: 'OPTION_NEEDS', wanted: '--fuse_preprocess --aligned_input' }),
  )
  expect(() => said('--customization_format', 'RGB_PLANAR')).toThrow(expect.objectContaining({ code: 'OPTION_NEEDS' }))
})

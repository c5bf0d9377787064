import type { PreprocessOptions } from '@q/data'
import type { Command } from 'commander'
import { Option } from 'commander'
import { parseNumbers, parsePixel, parseSize } from '../options/parse.ts'

/** Adds the options that say how an image becomes a network input. */
export function addPreprocessOptions(command: Command): Command {
  return command
    .option('--resize_dims <h,w>', "resize images to this size, then crop the centre; the network's size when absent", parseSize)
    .option('--keep_aspect_ratio', 'resize without distortion')
    .addOption(
      new Option('--keep_ratio_mode <mode>', 'how the aspect ratio is kept')
        .choices(['letterbox', 'short_side_scale'])
        .default('letterbox'),
    )
    .option('--mean [numbers]', 'mean of each channel, subtracted first; zeros when absent or without a value', parseNumbers)
    .option('--scale <numbers>', 'scale of each channel, multiplied then; ones when absent', parseNumbers)
    .addOption(
      new Option('--pixel_format <format>', 'channels of the image fed; bgr when absent').choices([
        'rgb',
        'bgr',
        'gray',
        'rgba',
        'gbrg',
        'grbg',
        'bggr',
        'rggb',
      ]),
    )
    .addOption(
      new Option('--channel_format <format>', 'where the channels stand; none: no image').choices(['nhwc', 'nchw', 'none']).default('nchw'),
    )
    .option('--pad_value <number>', 'what fills the border', parsePixel, 0)
    .addOption(new Option('--pad_type <type>', 'where the image stands in its border').choices(['normal', 'center']).default('center'))
    .option('--preprocess_list <numbers>', 'inputs that are images, counted from 1, like 1,3; all when absent', parseNumbers)
}

/** The values of these options. */
export function preprocessOptions(options: ReturnType<Command['opts']>): PreprocessOptions {
  return {
    resizeDims: options['resize_dims'],
    keepAspectRatio: options['keep_aspect_ratio'],
    keepRatioMode: options['keep_ratio_mode'],
    mean: options['mean'] === true ? (options['pixel_format'] === 'rgba' ? [0, 0, 0, 0] : [0, 0, 0]) : options['mean'],
    scale: options['scale'],
    pixelFormat: options['pixel_format'],
    channelFormat: options['channel_format'],
    padValue: options['pad_value'],
    padType: options['pad_type'],
    inputs: options['preprocess_list'],
  }
}

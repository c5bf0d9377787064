import type { SampleChoice } from '@q/data'
import type { Command } from 'commander'
import { parseCount } from '../options/parse.ts'
import type { CalibrationSetting } from '../pipeline/calibrate-model.ts'

/** The options of {@link addSampleOptions}, as commander names them. */
interface SampleOptions {
  readonly dataset?: string
  readonly data_list?: string
  readonly input_num: number
}

/** The options of {@link addThresholdOptions}, as commander names them. */
interface ThresholdOptions {
  readonly tune_num: number
  readonly tune_list?: string
  readonly histogram_bin_num: number
}

/** Adds the options that choose samples as the original tools do. @param purpose what they are for @param count how many when nobody says; 0 for all */
export function addSampleOptions(command: Command, { purpose, count }: { readonly purpose: string; readonly count: number }): Command {
  return command
    .option('--dataset <folder>', 'folder of samples: images, npz, npy; or a single one')
    .option('--data_list <file>', 'list of samples, one a line; wins over --dataset')
    .option('--input_num <count>', `samples to ${purpose}; 0 for all`, parseCount(0), count)
}

/** Adds the options that say how thresholds are found. */
export function addThresholdOptions(command: Command): Command {
  return command
    .option('--tune_num <count>', 'samples to tune thresholds on; 0 for none', parseCount(0), 5)
    .option('--tune_list <file>', 'list of samples to tune on; the first calibration samples when absent')
    .option('--histogram_bin_num <count>', 'bins of the histograms', parseCount(128), 2048)
}

/** The samples that the options choose. */
export function samplesOf({
  dataset,
  data_list: dataList,
  input_num: inputNum,
}: SampleOptions): SampleChoice & { readonly inputNum: number } {
  return { inputNum, ...(dataset === undefined ? {} : { dataset }), ...(dataList === undefined ? {} : { dataList }) }
}

/** The calibration that the options ask for, whatever its method. */
export function calibrationOf(options: SampleOptions & ThresholdOptions): CalibrationSetting {
  const { tune_num: tuneNum, tune_list: tuneList, histogram_bin_num: bins } = options
  return { ...samplesOf(options), bins, tuneNum, ...(tuneList === undefined ? {} : { tuneList }) }
}

export const chip = ['--chip', 'bm1684x']

/** Another family, whose texts and containers have their own readers. */
export const secondChip = ['--chip', 'cv181x']

/** A calibration that goes on where one was interrupted. */
export const resume = ['run_calibration', 'digits.mlir', '--data_list', 'long.txt', '--tune_num', '0', '-o', 'again']

/** A search that goes on where one was interrupted. */
export const search = [
  'search',
  'digits.mlir',
  '--data',
  'imgs',
  '--input_num',
  '2',
  '--tune_num',
  '0',
  '--expected_cos',
  '0.99',
  ...chip,
  '-o',
  'found',
]

import { describe, expect, it } from 'vitest'
import { inEmptyFolder, q } from './run-command.ts'

inEmptyFolder()

const commands = [
  'quantize',
  'search',
  'model_transform',
  'run_calibration',
  'run_qtable',
  'run_sensitive_layer',
  'model_deploy',
  'model_runner',
  'export_onnx',
  'npz_tool',
] as const

describe('help', () => {
  it('q alone lists the commands and ends with 2', async () => {
    const { code, err } = await q()
    expect(code).toBe(2)
    for (const name of commands) expect(err).toContain(name)
  })

  it.each([...commands, 'npz_tool compare', 'npz_tool dump'])('q %s --help ends with 0', async (name) => {
    const { code, out } = await q(...name.split(' '), '--help')
    expect(code).toBe(0)
    expect(out).toMatch(/^Usage: q /)
  })

  it.each([
    [['help'], 'q [options] [command]'],
    [['--json', 'help'], 'q [options] [command]'],
    [['help', 'quantize'], 'q quantize|quantize.py [options]'],
    [['help', 'npz_tool'], 'q npz_tool|npz_tool.py [options]'],
    [['npz_tool', 'help'], 'q npz_tool|npz_tool.py [options]'],
    [['npz_tool', 'help', 'compare'], 'q npz_tool compare [options]'],
    [['help', 'npz_tool', 'compare'], 'q npz_tool compare [options]'],
    [['pegasus', 'help'], 'q pegasus'],
  ])('q %j is the help of that, and ends with 0', async (words, usage) => {
    const { code, out, err } = await q(...words)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.replaceAll(/\s+/g, ' ')).toContain(`Usage: ${usage}`)
  })

  it('--version prints the version, behind a command too', async () => {
    expect(await q('--version')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
    expect(await q('model_deploy', '--version')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })

  it.each([
    ['model_transform', ['--preprocess_list', '--add_postprocess', '--keep_ratio_mode', '--test_result', '--op_custom_shape']],
    ['run_calibration', ['--cali_method', '--tune_list', '--histogram_bin_num', '--search', '--debug_log', '--processor']],
    [
      'model_deploy',
      ['--chip', '--processor', '--matmul_perchannel', '--gelu_mode', '--trunc_final', '--global_op_types', '--correctness'],
    ],
    ['model_runner', ['--dump_all_tensors', '--codes', '--out_fixed', '--decrypt_lib']],
  ])('%s takes the options of the original tool', async (name, options) => {
    const { out } = await q(name, '--help')
    for (const option of options) expect(out).toContain(option)
  })
})

describe('wrong usage ends with 2, and one message that says what to do', () => {
  it.each([
    ['COMMAND_UNKNOWN', 'model_runner', ['model_runer']],
    ['COMMAND_UNKNOWN', 'compare', ['npz_tool', 'compar']],
    ['COMMAND_UNKNOWN', 'did you mean quantize?', ['help', 'quantise']],
    ['COMMAND_UNKNOWN', 'choose one of these', ['help', 'nope']],
    ['COMMAND_UNKNOWN', 'did you mean compare?', ['npz_tool', 'help', 'compar']],
    ['OPTION_UNKNOWN', '--model', ['model_runner', '--modle', 'x']],
    ['OPTION_AMBIGUOUS', '--test_input', ['model_deploy', '--test', 'x']],
    ['OPTION_VALUE_MISSING', 'the end of the line', ['model_runner', '--model']],
    ['OPTION_VALUE_MISSING', '--model', ['model_runner', '--input', '--model', 'x']],
    ['OPTION_VALUE', '--compare_all', ['model_deploy', '--compare_all=yes']],
    ['OPTION_VALUE', 'cosine,euclidean', ['npz_tool', 'compare', 'a', 'b', '--tolerance', '0.9']],
    ['OPTION_VALUE', 'did you mean resolved?', ['print', 'a.mlir', '--stage', 'resolvd']],
    ['OPTION_REQUIRED', '--input', ['model_runner', '--model', 'x.onnx']],
    ['OPTION_REQUIRED', 'not given: --mlir <file>, --chip, --processor <name>, --model <file>', ['model_deploy']],
    ['OPTION_REQUIRED', 'not given: <model>, --data <path>', ['quantize', '--chip', 'bm1684x']],
    ['CHIP_UNKNOWN', 'q does not support the chip bm1684 yet', ['quantize', 'a.onnx', '--data', '.', '--chip', 'bm1684']],
    ...Object.entries({
      sg2002: 'cv181x',
      SG2000: 'cv181x',
      cv1800b: 'cv180x',
      cv1812cp: 'cv181x',
      'milkv-duo': 'cv180x',
      'milkv-duo256m': 'cv181x',
      'milkv-duos': 'cv181x',
    }).map(([board, chip]): [string, string, string[]] => [
      'CHIP_UNKNOWN',
      `did you mean --chip ${chip}?`,
      ['quantize', 'a.onnx', '--data', '.', '--chip', board],
    ]),
    ['MODE_UNSUPPORTED', 'cv181x has no F16\n', ['quantize', 'a.onnx', '--data', '.', '--chip', 'cv181x', '--fp_type', 'F16']],
    [
      'OPTION_VALUE',
      'did you mean --model p.cvimodel, or another --chip?',
      ['model_deploy', '--mlir', 'a.mlir', '--chip', 'cv181x', '--model', 'p.bmodel'],
    ],
    [
      'OPTION_VALUE',
      'did you mean --model p.bmodel, or another --chip?',
      ['model_deploy', '--mlir', 'a.mlir', '--chip', 'bm1684x', '--model', 'p.cvimodel'],
    ],
    [
      'MODE_UNSUPPORTED',
      'q does not support W4F16 on bm1684x yet',
      ['quantize', 'a.onnx', '--data', '.', '--chip', 'bm1684x', '--fp_type', 'W4F16'],
    ],
    [
      'MODE_UNSUPPORTED',
      'one of F16, BF16, F32\n',
      ['fp_forward', 'a.mlir', '--chip', 'bm1684x', '--fpfwd_inputs', 'x', '-o', 'y', '--fp_type', 'F8'],
    ],
    ...['--patterns', '--pattern', '--no-patterns'].map((option): [string, string, string[]] => [
      'OPTION_UNKNOWN',
      'patterns are looked for by q quantize, q search, q run_calibration, q graph; the table that they write (shape_pattern_qtable) is for --quantize_table here',
      ['model_deploy', '--mlir', 'a.mlir', '--chip', 'bm1684x', '--model', 'a.bmodel', option, 'fam.json'],
    ]),
    ['OPTION_UNKNOWN', 'is for --pre_qtable here', ['run_qtable', 'a.mlir', '--patterns', 'fam.json']],
    ['OPTION_UNKNOWN', 'is for --pre_qtable here', ['run_sensitive_layer', 'a.mlir', '--patterns', 'fam.json']],
    ['OPTION_UNKNOWN', '--pre_qtable of a search', ['fp_forward', 'a.mlir', '--patterns', 'fam.json']],
    ['OPTION_UNKNOWN', 'q quantize', ['model_transform', '--patterns', 'fam.json']],
    ['MODEL_KIND', 'q model_deploy --mlir net.mlir', ['quantize', 'net.mlir', '--data', '.', '--chip', 'bm1684x']],
    ['ARGUMENT_MISSING', 'mlir_file', ['run_calibration', '-o', 'table']],
    ['ARGUMENT_EXCESS', '1 argument', ['run_calibration', 'a.mlir', 'b.mlir', '-o', 'table']],
    ['CHIP_UNKNOWN', 'bm1684x', ['model_deploy', '--mlir', 'a.mlir', '--chip', 'BM1684Y', '--model', 'a.bmodel']],
    [
      'OPTION_UNSUPPORTED',
      '--do_winograd',
      ['model_deploy', '--mlir', 'a.mlir', '--chip', 'bm1684x', '--model', 'a.bmodel', '--do_winograd'],
    ],
  ])('%s (%s)', async (error, word, args) => {
    const { code, out, err } = await q(...args)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err.split('\n')[0]).toMatch(new RegExp(`^${error}: `))
    expect(err).toContain(word)
    expect(err).toContain('  do: ')
  })

  it('with --json the message is one JSON object', async () => {
    const { code, out, err } = await q('model_runer', '--json')
    expect(code).toBe(2)
    expect(err).toBe('')
    expect(JSON.parse(out)).toMatchObject({
      event: 'error',
      code: 'COMMAND_UNKNOWN',
      kind: 'usage',
      hint: expect.stringContaining('model_runner'),
    })
  })
})

describe('arguments are taken as the original tools take them', () => {
  it('an unambiguous beginning of a name, =, and file names ending in .py', async () => {
    const { code, err } = await q('model_runner.py', '--mod=missing.onnx', '--dump', '--input=x.npz')
    expect(code).toBe(3)
    expect(err).toMatch(/^FILE_MISSING: .*missing\.onnx/)
  })
})

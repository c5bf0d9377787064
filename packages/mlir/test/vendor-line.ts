/**
 * A whole file, in the vendor's layout, around one operation as the vendor prints it.
 *
 * Operands are written as what they are: `x` an input of the network, `w` a weight, `none` nothing; their types stand in the
 * signature. The results are named `y`, or `y` and `z`.
 */
export function lineModule(line: string, dialect: 'top' | 'tpu'): string {
  const [, name, operandText, attributes, signature] = /^"([\w.]+)"\(([^)]*)\) (?:(\{.*\}) )?: (.*)$/.exec(line)!
  const [operandTypes, resultTypes] = signature!.split(' -> ').map(typesIn)
  const operands = operandText === '' ? [] : operandText!.split(', ')
  const names: string[] = []
  const lines: string[] = []
  const add = (text: string, located: string | undefined): string => {
    const at = located === undefined ? '' : `${names.push(located)}`
    lines.push(`    %${lines.length} = ${text} loc(#loc${at})`)
    return `%${lines.length - 1}`
  }
  const inputs: string[] = []
  const used: string[] = []
  const given = operands.map((operand, k) => (operand === 'x' ? k : -1)).filter((k) => k >= 0)
  // The vendor's printer puts what stands for nothing first, then inputs, then weights where they are needed.
  const nothing = operands.includes('none') ? add('"top.None"() : () -> none', undefined) : ''
  for (const k of given) {
    const argument = stored(operandTypes![k]!)
    inputs.push(`%arg${inputs.length}: ${argument} loc(unknown)`)
    used[k] = add(`"top.Input"(%arg${inputs.length - 1}) {do_preprocess = true} : (${argument}) -> ${operandTypes![k]}`, `x${k}`)
  }
  operands.forEach((operand, k) => {
    if (operand === 'w') used[k] = add(`"top.Weight"() : () -> ${operandTypes![k]}`, `w${k}`)
    if (operand === 'none') used[k] = nothing
  })
  const results = resultTypes!.length === 1 ? [`%${lines.length}`] : namedResults[name!.split('.')[1]!]!
  const locations = resultTypes!.length === 1 ? ['y'] : ['y', 'z']
  const place = names.length + locations.length + (locations.length > 1 ? 1 : 0)
  lines.push(
    `    ${results.join(', ')} = "${name}"(${used.join(', ')}) ${attributes === undefined ? '' : `${attributes} `}: ${signature} loc(#loc${place})`,
  )
  const all = [...names, ...locations].map((each, k) => `#loc${k + 1} = loc("${each}")`)
  if (locations.length > 1) all.push(`#loc${place} = loc(fused[${locations.map((_, k) => `#loc${names.length + 1 + k}`).join(', ')}])`)
  const returned = resultTypes!.length === 1 ? resultTypes![0]! : `(${resultTypes!.join(', ')})`
  return [
    '#loc = loc(unknown)',
    `module @net attributes {${header(dialect)}} {`,
    `  func.func @main(${inputs.join(', ')}) -> ${returned} {`,
    ...lines,
    `    return ${results.join(', ')} : ${resultTypes!.join(', ')} loc(#loc)`,
    '  } loc(#loc)',
    '} loc(#loc)',
    ...all,
    '',
    '',
  ].join('\n')
}

const namedResults: Readonly<Record<string, readonly string[]>> = { TopK: ['%values', '%indices'], Arg: ['%indices', '%values'] }

/** The type of an argument of the function: what is stored, without its scale or range. */
function stored(type: string): string {
  return type
    .replace(/!quant\.uniform<(i|u)(\d+)(?:<[^>]*>)?:[^>]*>/, (_, sign, bits) => (sign === 'i' ? `i${bits}` : `ui${bits}`))
    .replace(/!quant\.calibrated<(\w+)<[^>]*>>/, '$1')
}

function typesIn(text: string): readonly string[] {
  return text.match(/none|tensor<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>/g) ?? []
}

function header(dialect: 'top' | 'tpu'): string {
  return dialect === 'top'
    ? `module.FLOPs = 0 : i64, module.chip = "ALL", module.platform = "ONNX", module.state = "TOP_F32", module.top_run_mode = "STATIC", module.weight_file = "w.npz"`
    : `module.addr_mode = "basic", module.asymmetric = false, module.chip = "bm1684x", module.cores = 1 : i64, module.devices = 1 : i64, module.high_precision = false, module.mode = "INT8", module.platform = "ONNX", module.q_group_size = 0 : i64, module.q_symmetric = false, module.state = "TPU_LOWERED", module.top_run_mode = "STATIC", module.weight_file = "w.npz"`
}

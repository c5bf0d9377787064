import type { MlirLocation, MlirModule, MlirType } from './mlir-module.ts'
import { printAttributes, printString } from './print-attribute.ts'
import { printType } from './print-type.ts'
import { createValueNames } from './value-names.ts'

/**
 * A module as the vendor's tools print it: results numbered in order, names of layers as aliases
 * (`#loc1`) numbered in order behind the module, attributes in the order of their names.
 */
export function printMlir(module: MlirModule): string {
  const types = new Map<MlirType, string>()
  const printed = (type: MlirType): string => {
    let text = types.get(type)
    if (text === undefined) types.set(type, (text = printType(type)))
    return text
  }
  const aliases = numberAliases(module)
  const names = createValueNames()
  const lines = ['#loc = loc(unknown)']
  const attributes = module.attributes.size === 0 ? '' : ` attributes ${printAttributes(module.attributes)}`
  lines.push(`module${module.name === undefined ? '' : ` @${printSymbol(module.name)}`}${attributes} {`)
  const declared = module.arguments.map(({ name, type, location }, k) => {
    names.define([name], [`%arg${k}`])
    return `%arg${k}: ${printed(type)} loc(${location === undefined ? 'unknown' : inline(location)})`
  })
  lines.push(`  func.func @main(${declared.join(', ')})${printResults(module.resultTypes.map(printed))} {`)
  for (const operation of module.operations) {
    const operands = operation.operands.map((operand) => names.use(operand)).join(', ')
    const body = operation.attributes.size === 0 ? '' : ` ${printAttributes(operation.attributes)}`
    const declaredResults = names.declare(operation.name, operation.results)
    const from = operation.operandTypes.map(printed).join(', ')
    const results = operation.resultTypes.map(printed).join(', ')
    const to = operation.resultTypes.length === 1 ? results : `(${results})`
    const place = operation.location === undefined ? '#loc' : aliases.numbers.get(keyOf(operation.location))!
    lines.push(`    ${declaredResults}"${operation.name}"(${operands})${body} : (${from}) -> ${to} loc(${place})`)
  }
  const values = module.returns.map((value) => names.use(value)).join(', ')
  lines.push(
    module.returns.length === 0 ? '    return loc(#loc)' : `    return ${values} : ${module.resultTypes.map(printed).join(', ')} loc(#loc)`,
  )
  lines.push('  } loc(#loc)', '} loc(#loc)', ...aliases.lines, '')
  if (module.endsWithBlankLine) lines.push('')
  return lines.join('\n')
}

function printResults(types: readonly string[]): string {
  if (types.length === 0) return ''
  return types.length === 1 ? ` -> ${types[0]}` : ` -> (${types.join(', ')})`
}

function printSymbol(name: string): string {
  return /^[A-Za-z_][\w.$]*$/.test(name) ? name : printString(name)
}

function inline(location: readonly string[]): string {
  const names = location.map(printString)
  return names.length === 1 ? names[0]! : `fused[${names.join(', ')}]`
}

function keyOf(location: readonly string[]): string {
  return location.length === 1 ? location[0]! : `\0fused\0${location.join('\0')}`
}

/** Numbers of the locations: single names in the order they occur, then fused ones. */
function numberAliases({ operations }: MlirModule) {
  const single = new Set<string>()
  const fused = new Map<string, readonly string[]>()
  for (const { location } of operations as readonly { readonly location: MlirLocation }[]) {
    if (location === undefined) continue
    for (const name of location) single.add(name)
    if (location.length > 1) fused.set(keyOf(location), location)
  }
  const numbers = new Map<string, string>()
  const lines: string[] = []
  for (const name of single) {
    numbers.set(name, `#loc${numbers.size + 1}`)
    lines.push(`${numbers.get(name)} = loc(${printString(name)})`)
  }
  for (const [key, parts] of fused) {
    numbers.set(key, `#loc${numbers.size + 1}`)
    lines.push(`${numbers.get(key)} = loc(fused[${parts.map((part) => numbers.get(part)).join(', ')}])`)
  }
  return { numbers, lines }
}

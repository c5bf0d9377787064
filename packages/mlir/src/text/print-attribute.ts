import type { MlirAttribute, MlirAttributes } from './mlir-module.ts'
import { printFloat } from './print-float.ts'

/** `{a = 1 : i64, b = true}`, in the order of the names. */
export function printAttributes(attributes: MlirAttributes): string {
  const names = [...attributes.keys()].sort(byCodeUnits)
  return `{${names.map((name) => printEntry(name, attributes.get(name)!)).join(', ')}}`
}

function printEntry(name: string, attribute: MlirAttribute): string {
  const key = /^[A-Za-z_][\w.$]*$/.test(name) ? name : printString(name)
  return attribute.kind === 'unit' ? key : `${key} = ${printAttribute(attribute)}`
}

function printAttribute(attribute: MlirAttribute): string {
  switch (attribute.kind) {
    case 'int':
      return `${attribute.value} : ${attribute.type}`
    case 'float':
      return `${printFloat(attribute.value, attribute.type)} : ${attribute.type}`
    case 'bool':
      return String(attribute.value)
    case 'string':
      return printString(attribute.value)
    case 'ints':
      return `[${attribute.values.join(', ')}]`
    case 'floats':
      return `[${attribute.values.map((value) => printFloat(value)).join(', ')}]`
    case 'strings':
      return `[${attribute.values.map(printString).join(', ')}]`
    case 'array':
      return `[${attribute.values.map(printAttribute).join(', ')}]`
    case 'dict':
      return printAttributes(attribute.entries)
    case 'enum':
      return `#tpu<${attribute.name} ${attribute.value}>`
    case 'dense':
      return attribute.values.length === 0 ? `array<${attribute.type}>` : `array<${attribute.type}: ${attribute.values.join(', ')}>`
    case 'unit':
      return 'unit'
    case 'opaque':
      return attribute.text
  }
}

/** A string in quotes; quotes and bytes outside printable ASCII become `\` and two hexadecimal digits. */
export function printString(value: string): string {
  if (/^[ !#-[\]-~]*$/.test(value)) return `"${value}"`
  let printed = ''
  for (const byte of new TextEncoder().encode(value)) {
    if (byte === 0x5c) printed += '\\\\'
    else if (byte < 0x20 || byte > 0x7e || byte === 0x22) printed += `\\${byte.toString(16).toUpperCase().padStart(2, '0')}`
    else printed += String.fromCharCode(byte)
  }
  return `"${printed}"`
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

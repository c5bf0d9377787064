import type { MlirElement, MlirType } from './mlir-module.ts'
import { printFloat } from './print-float.ts'

/** A type as the vendor's tools print it. */
export function printType(type: MlirType): string {
  if (type.kind === 'none') return 'none'
  const dims = type.dims === undefined ? '*x' : type.dims.map((dim) => `${dim < 0 ? '?' : dim}x`).join('')
  const address = type.address === undefined ? '' : `, ${type.address} : i64`
  return `tensor<${dims}${printElement(type.element)}${address}>`
}

function printElement(element: MlirElement): string {
  switch (element.kind) {
    case 'plain':
      return element.name
    case 'calibrated':
      return `!quant.calibrated<${element.expressed}<${printFloat(element.min)}:${printFloat(element.max)}>>`
    case 'uniform': {
      const range = element.range === undefined ? '' : `<${element.range.min}:${element.range.max}>`
      const zeroPoint = element.zeroPoint === 0 ? '' : `:${element.zeroPoint}`
      return `!quant.uniform<${element.storage}${range}:${element.expressed}, ${printFloat(element.scale)}${zeroPoint}>`
    }
  }
}

import { asTable, type TableForm, type TableFunctions } from '@q/ir/lowering'
import { clamp, sigmoid } from '@q/ir/number'

/** Where TPU-MLIR 1.30.2 fills its tables by another order of steps than its interpreter computes in. */
export const tableFunctions: TableFunctions = {
  HardSwish: () => (x) => x * clamp(x / 6 + 0.5, 0, 1),
  Swish:
    ({ alpha }) =>
    (x) =>
      x * sigmoid((alpha as number) * x),
}

/** The family's tables have four axes, and are rounded in this way whatever casts are. */
export const tableForm: TableForm = { shape: [1, 1, 1, 256], rounding: 'half-away-from-zero' }

/** An activation: in INT8 a lookup table. */
export const lowerActivation = asTable(tableFunctions, tableForm)

/** Result names of operations whose results have a name each; all other results are numbered. */
const namedResults: Readonly<Record<string, readonly string[]>> = {
  Arg: ['indices', 'values'],
  BatchNormBwd: ['grad_in', 'weight_grad', 'bias_grad'],
  BatchNormTrain: ['output', 'mean_out', 'saved_invstd', 'running_mean', 'running_var'],
  FAttentionLse: ['output', 'lse'],
  FlexAttention: ['output', 'lse'],
  GRU: ['Y', 'Y_h'],
  LSTM: ['Y', 'Y_h', 'Y_c'],
  LayerNormTrain: ['output', 'mean', 'variance'],
  MaxPoolWithMask: ['output', 'mask'],
  MeanRstd: ['mean', 'rstd', 'running_mean_update', 'running_var_update', 'scale', 'bias_new'],
  Sort: ['values', 'indices'],
  TopK: ['values', 'indices'],
}

/**
 * Gives SSA values the names MLIR's printer gives them: `%0`, `%1`, …; `%4:3` for several results
 * without names; `%values, %indices` for results with names, then `%values_0, %indices_1`.
 */
export function createValueNames() {
  const printed = new Map<string, string>()
  const taken = new Set<string>()
  let numbered = 0
  let conflicts = 0

  const unique = (name: string): string => {
    let candidate = name
    while (taken.has(candidate)) candidate = `${name}_${conflicts++}`
    taken.add(candidate)
    return `%${candidate}`
  }

  return {
    /** Fixes the printed names of `values`. */
    define(values: readonly string[], names: readonly string[]): void {
      values.forEach((value, k) => printed.set(value, names[k]!))
    },
    /** Names the results of an operation and returns the text in front of it, `''` without results. */
    declare(operation: string, results: readonly string[]): string {
      if (results.length === 0) return ''
      const known = results.length > 1 ? namedResults[operation.slice(operation.indexOf('.') + 1)] : undefined
      if (known !== undefined && known.length === results.length) {
        const names = known.map(unique)
        this.define(results, names)
        return `${names.join(', ')} = `
      }
      const number = `%${numbered++}`
      this.define(results, results.length === 1 ? [number] : results.map((_, k) => `${number}#${k}`))
      return results.length === 1 ? `${number} = ` : `${number}:${results.length} = `
    },
    /** The printed name of a value declared before. */
    use(value: string): string {
      return printed.get(value) ?? `%${value}`
    },
  }
}

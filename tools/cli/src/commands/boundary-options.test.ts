import { Command } from 'commander'
import { expect, it } from 'vitest'
import { addBoundaryOptions, type BoundaryOptions, boundaryOf } from './boundary-options.ts'

const said = (...args: readonly string[]) => {
  const command = addBoundaryOptions(new Command().exitOverride().configureOutput({ writeErr: () => {} }))
  return boundaryOf(command.parse(args, { from: 'user' }).opts<BoundaryOptions>())
}

it('says which inputs and results have other types', () => {
  expect(said()).toBeUndefined()
  expect(said('--quant_input', '--quant_output')).toEqual({ inputs: 'all', outputs: 'all' })
  expect(said('--quant_input', '--quant_input_list', '1,3', '--quant_input_int8')).toEqual({ inputs: [1, 3], codedInputs: true })
  expect(said('--quant_input', '--quant_input_list', '')).toEqual({ inputs: 'all' })
  expect(said('--quant_output_bf16')).toEqual({ bf16Outputs: true })
})

it('refuses what would have no effect, and what contradicts itself', () => {
  expect(() => said('--quant_input_int8')).toThrow(
    expect.objectContaining({ code: 'OPTION_NEEDS', wanted: '--quant_input --quant_input_int8' }),
  )
  expect(() => said('--quant_output_list', '1')).toThrow(expect.objectContaining({ code: 'OPTION_NEEDS' }))
  expect(() => said('--quant_output', '--quant_output_bf16')).toThrow(expect.objectContaining({ code: 'OPTION_CONFLICT' }))
  expect(() => said('--quant_input', '--quant_input_list', '0')).toThrow('at least 1')
})

import type { Tensor } from '@q/ir'
import { didYouMean, QError } from '@q/ir'
import { decodeBf16Array, decodeF16Array, encodeBf16Array, encodeF16Array } from '@q/ir/number'
import { encodeNpy } from '@q/npz'
import { numpyType, pythonTuple } from '../../compare/python-text.ts'
import { numbersOf } from '../../npz/array-values.ts'
import { arrayOf, readNpz, save } from '../../npz/npz-file.ts'
import type { DefineCommand } from '../command.ts'
import { editor } from './editing.ts'

/** The sub-commands that write arrays in another form. */
export const defineConverting: DefineCommand = (tool, start) => {
  const edit = editor(tool, start)
  const convert = (usage: string, description: string, one: (tensor: Tensor) => Tensor) =>
    edit(usage, description, async (context, from = '', to = '') => {
      await context.files.claim([to])
      await save(context, to, new Map(Array.from(await readNpz(context, from), ([name, tensor]) => [name, one(tensor)])))
    })

  edit('to_npy <file> <name>', 'write an array as <name>.npy', async (context, file = '', name = '') => {
    const output = `${name.replaceAll('/', '_')}.npy`
    await context.files.claim([output])
    await save(context, output, encodeNpy(arrayOf(await readNpz(context, file), name, file)))
  })
  edit('to_dat <file> <output>', 'write the bytes of all arrays one after the other', async (context, file = '', output = '') => {
    await context.files.claim([output])
    const arrays = await readNpz(context, file)
    const parts = Array.from(arrays.values(), ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    await save(context, output, Buffer.concat(parts))
  })
  edit(
    'to_bin <file> <name> <output> [type]',
    'write the bytes of an array, as int8, bf16 (16-bit integers) or float32',
    async (context, file = '', name = '', output = '', type?: string) => {
      await context.files.claim([output])
      const tensor = arrayOf(await readNpz(context, file), name, file)
      const { data } = tensor
      context.reporter.print(`shape ${pythonTuple(tensor.shape)}`)
      context.reporter.print(`dtype ${numpyType(tensor.dtype)}`)
      const casts = { int8: Int8Array, bf16: Uint16Array, uint16: Uint16Array, float32: Float32Array } as const
      if (type !== undefined && !(type in casts)) {
        throw new QError('ARRAY_TYPE', `there is no type ${type}`, {
          at: ['npz_tool to_bin'],
          found: type,
          wanted: 'int8, bf16 or float32',
          kind: 'usage',
          hint: didYouMean(type, Object.keys(casts), 'choose one of these'),
        })
      }
      const cast = type === undefined ? data : casts[type as keyof typeof casts].from(numbersOf(tensor))
      await save(context, output, new Uint8Array(cast.buffer, cast.byteOffset, cast.byteLength))
    },
  )
  convert('bf16_to_fp32 <file> <output>', '16-bit integers as bfloat16 bits to float32', (tensor) =>
    tensor.dtype === 'u16' ? { ...tensor, dtype: 'f32', data: decodeBf16Array(tensor.data as Uint16Array) } : tensor,
  )
  convert('fp16_to_fp32 <file> <output>', '16-bit integers as float16 bits to float32', (tensor) =>
    tensor.dtype === 'u16' ? { ...tensor, dtype: 'f32', data: decodeF16Array(tensor.data as Uint16Array) } : tensor,
  )
  convert('fp32_to_bf16 <file> <output>', 'float32 to bfloat16 bits', (tensor) =>
    tensor.dtype === 'f32' ? { ...tensor, dtype: 'u16', data: encodeBf16Array(tensor.data as Float32Array) } : tensor,
  )
  convert('fp32_to_fp16 <file> <output>', 'float32 to float16 bits', (tensor) =>
    tensor.dtype === 'f32' ? { ...tensor, dtype: 'u16', data: encodeF16Array(tensor.data as Float32Array) } : tensor,
  )
}

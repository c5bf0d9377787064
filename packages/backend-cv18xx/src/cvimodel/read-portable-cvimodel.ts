import { QError } from '@q/ir'
import type { CvimodelTensor } from './cvimodel.ts'
import { type PortableCvimodel, type PortableTensor, programName, routineName } from './portable-cvimodel.ts'
import { readCvimodel } from './read-cvimodel.ts'
import { invalid } from './refusals.ts'

/**
 * Reads a portable `.cvimodel` back. Its digest covers every byte behind the header, nothing may stand behind these, and it has to be right unless the vendor's tool has joined the file, which writes none.
 *
 * @param place the file's name, for messages
 * @throws QError `CVIMODEL_INVALID` when it is damaged or no container, `CVIMODEL_VERSION` for one of a later format, `CVIMODEL_CHIP_ONLY` when
 *   it holds chip commands, which only the chip or its simulator can run
 */
export function readPortableCvimodel(bytes: Uint8Array, place: string): PortableCvimodel {
  const { chip, name, isIntact, bytesBehind, weights, programs } = readCvimodel(bytes, place)
  const program = programs[0]
  if (program === undefined) throw invalid(place, 'there is no network inside')
  const text = weights.findLast((weight) => weight.name === programName)
  if (text === undefined && program.routines.some(({ code }) => code !== routineName)) {
    throw new QError('CVIMODEL_CHIP_ONLY', `${place} holds chip commands`, {
      at: [place],
      found: `${program.routines.length} routines for ${chip}`,
      wanted: "a portable container, written without the chip's compiler",
      hint: "run the lowered _tpu.mlir file instead, or use the simulator of the chip's toolchain",
    })
  }
  if (bytesBehind > 0) {
    throw invalid(place, 'something was appended to the file, which its digest does not cover', {
      found: `${bytes.length} bytes`,
      wanted: `${bytes.length - bytesBehind} bytes`,
    })
  }
  if (isIntact === false) {
    throw invalid(place, 'its bytes are not those that were written', {
      found: 'another MD5 than that of the header',
      wanted: 'the file as it was written',
    })
  }
  if (text === undefined) throw invalid(place, 'there is no program inside', { wanted: `a weight ${programName}, as q writes it` })
  return {
    chip,
    name,
    program: new TextDecoder().decode(text.bytes),
    inputs: program.inputs.map((tensor) => described(tensor, ({ qscale }) => 1 / qscale)),
    outputs: program.outputs.map((tensor) => described(tensor, ({ qscale }) => qscale)),
    weights: weights
      .filter((weight) => weight !== text)
      .map((weight) => ({ name: weight.name, dtype: weight.dtype, shape: weight.shape, bytes: weight.bytes })),
  }
}

/** Plain numbers have a factor of one and no zero point; codes of that factor mean the same. */
function described({ name, dtype, shape, quant }: CvimodelTensor, scaleOf: (quant: { qscale: number }) => number): PortableTensor {
  const isPlain = quant === undefined || (quant.qscale === 1 && quant.zeroPoint === 0)
  return { name, dtype, shape, ...(isPlain ? {} : { quant: { scale: scaleOf(quant), zeroPoint: quant.zeroPoint } }) }
}

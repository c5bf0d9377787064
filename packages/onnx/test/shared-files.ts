import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = process.env['Q_SHARED'] ?? join(dirname(fileURLToPath(import.meta.url)), '../../../../shared')

/** The folder of models and vendor results, when there is one. */
export const shared: string | undefined = existsSync(folder) ? folder : undefined

/** A model, the Top file the vendor makes of it, and the input shapes both were given. */
export interface Reference {
  readonly name: string
  readonly model: string
  readonly top: string
  readonly inputShapes?: readonly (readonly number[])[]
}

const own = (name: string, zoo = false): Reference => ({
  name,
  model: zoo ? `reference/tpu-mlir/${name}/${name}.onnx` : `models/${name}.onnx`,
  top: `reference/tpu-mlir/${name}/${name}.mlir`,
})

const text = (name: string, model: string): Reference => ({
  name,
  model: `models/${model}.onnx`,
  top: `reference/top-mlir/text/${name}_top.mlir`,
})

/** Every network of which the vendor's Top file is at hand. */
export const references: readonly Reference[] = [
  own('mnist-8'),
  own('resnet8_cifar10'),
  own('blazeface'),
  own('mobilenet_v1_0.25_128'),
  own('mobilenet_v2_tv_rec'),
  own('stories260K_s64'),
  own('yolov5n'),
  { ...own('vit_pgd_2_3_16_cifar10'), inputShapes: [[1, 3, 32, 32]] },
  own('zoo_act', true),
  own('zoo_actcv', true),
  own('zoo_ew', true),
  own('zoo_mm', true),
  own('zoo_nn', true),
  own('zoo_shape', true),
  text('lstr', 'lstr_360x640'),
  { ...text('ppocr_det', 'ch_PP-OCRv3_det'), inputShapes: [[1, 3, 640, 640]] },
  text('retinaface', 'retinaface_mnet025_640'),
  text('superres', 'super_resolution_x3_224'),
  text('yolo_fastest', 'yolo_fastest_1.1_xl_320'),
  text('yolov8n', 'yolov8n_rec'),
  text('yolox_nano', 'yolox_nano_416'),
  ...['yolov10n', 'yolov5nu', 'yolov6n', 'yolov9t'].map((name) => text(name, `graph_only/${name}`)),
]

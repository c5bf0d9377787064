export { encodeModel, type EncodeModelOptions } from './encode/encode-model.ts'

/**
 * The sequences of operators by which TPU-MLIR 1.30.2 recognizes a family of networks, in the order in which they are tried. The words
 * stand for operators of its Top dialect; `XX*3` repeats.
 */
export const sequences = {
  eva_block:
    'AD LN MM RS SL*3 SQ*3 PM SL*2 MU SL MC SL US*2 CC RS MU AD CC PM SL*2 MU SL MC SL US*2 CC RS MU AD CC MC PM MM SM PM MM PM RS MM AD LN MM*2 SI MU MM',
  eva02_block: 'LN MM*3 RS PM RS PM RS PM RP*2 PM MC*2 MM SM MM PM RS MM AD LN MM*2 SI MU LN MM AD',
  eva02_smc_block: 'LN MM*3 RS PM RS PM RS PM RP*2 PM MC*2 MM SM MU MM MU PM RS MM AD LN MM*2 SI MU LN MM AD',
  eva02_block_v1: 'AD LN MM RS SL*3 SQ*3 PM RP PM RP MC PM MM SM PM MM PM RS MM AD LN MM*2 SI MU MM',
  bert_block: 'AD LN MM*3 RS PM RS*2 PM*2 MM MC AD SM MM PM RS MM AD LN MM GE MM',
  bert_block_1: 'AD LN MM*2 RS MM RS PM RS PM*2 MM MC AD SM MM PM RS MM AD LN MM GE MM',
  bert_block_large_pt: 'AD LN MM*2 RS PM MM RS PM RS PM*2 MM MC AD SM MM PM RS MM AD LN MM GE MM',
  insert_mul_bert_block: 'AD LN MU MM*3 RS PM RS*2 PM*2 MM MC AD SM MM PM RS MM AD LN MU MM GE MM',
  insert_mul_bert_block_1: 'AD LN MU MM*2 RS MM RS PM RS PM*2 MM MC AD SM MM PM RS MM AD LN MU MM GE MM',
  insert_mul_bert_block_2: 'AD LN MU MM*2 RS PM MM RS PM RS PM*2 MM MC AD SM MM PM RS MM AD LN MU MM GE MM',
  deit_block: 'AD LN MM RS SL SQ SL SQ SL SQ PM*3 MM MC SM PM MM PM RS MM AD LN MM GE MM',
  swin_block:
    'LN RS PM RS MM RS SL*3 SQ*3 PM MC PM*2 MM AD SM PM MM PM RS MM RS PM RS AD RS LN MM GE MM AD RS LN SL*2 CC SL*2 CC RS PM RS MM RS SL*3 SQ*3 PM MC PM*2 MM AD SM PM MM PM RS MM RS PM RS SL*2 CC SL*2 CC AD RS LN MM GE MM AD',
  _swin_block:
    'LN RS PM RS MM RS SL*3 SQ*3 PM MC PM*2 MM AD SM PM MM PM RS MM RS PM RS*2 AD LN MM GE MM AD RS LN SL*2 CC SL*2 CC RS PM RS MM RS SL*3 SQ*3 PM MC PM*2 MM AD SM PM MM PM RS MM RS PM RS SL*2 CC SL*2 CC RS AD LN MM GE MM AD',
  vit_block: 'AD LN MM RS SL*3 SQ*3 PM MC PM*2 MM SM PM MM PM RS MM AD LN MM GE MM',
  detr_block: 'AD LN AD MM*3 RS PM RS*2 PM MC PM MM SM MM PM RS MM RS AD LN MM*2',
  detr_rc_50_block: 'AD LN AD MM*3 RS PM MC RS PM RS PM MM SM MM PM RS MM AD LN MM*2',
  swin_1_block:
    'LN RS PM RS MM RS PM*2 SL*2 RS SL RS MC RS PM MM AD SM MM PM RS MM RS PM RS AD LN MM GE MM AD LN RS SL*2 CC SL*2 CC RS PM RS MM RS PM*2 SL*2 RS SL RS MC RS PM MM AD SM MM PM RS MM RS PM RS SL*2 CC SL*2 CC RS AD LN MM GE MM AD',
  _swin_1_block:
    'LN RS PM RS MM RS SL*3 SQ*3 PM MC PM*2 MM AD SM PM MM PM RS MM RS PM RS AD LN MM GE MM AD LN RS SL*2 CC SL*2 CC RS PM RS MM RS SL*3 SQ*3 PM MC PM*2 MM AD SM PM MM PM RS MM RS PM RS SL*2 CC SL*2 CC RS AD LN MM GE MM AD',
  _eva_block:
    'AD LN MM RS PM MM RS PM MM RS PM SL*2 MU SL MC SL US*2 CC RS MU AD CC SL*2 MU SL MC SL US*2 CC RS MU AD CC MC PM MM SM MM PM RS MM AD LN MM*2 SI MU LN MM',
  cswin_block:
    'LN MM RS PM SL RS SL RS SL RS PM RS PM RS PM*2 RS PM RS PM RS PM RS CV RS PM RS PM MC PM MM SM MM AD PM RS PM RS SL RS SL RS SL RS*2 PM RS PM RS PM RS CV RS PM RS PM MC PM MM SM MM AD PM RS PM RS CC MM AD LN MM GE MM AD',
  yolo_block: 'MP*3 CC',
  yolo_block_12: 'SB AD*2 SB MC CC MU CC',
  clip_m2_encoder_block: 'LN MM*3 RS PM RS PM RS PM*2 MM MC SM MM PM RS LN MM AD LN MM GE LN MM AD',
  rtdetrv2_block:
    'MM RS MM RS MM RS SM US SL MU MC SL AD PM RS SL*3 MC AddConst PM RS SL*3 RS GridSampler RS GridSampler RS GridSampler PM RS CC MU RD RS PM MM AD LN',
  vf_attention_block: 'MM*3 RS PM RS*2 PM*2 MM MC SM MM PM RS MM',
} as const

/** The sequences that have to be there together, where none of the others is; the last one twice. */
export const openclipSequences = {
  openclip_vision_block: 'LN MM*2 RS PM MM RS PM RS PM RS*3 PM MM SM MM RS PM RS MM AD LN MM MC SG MU MM AD',
  openclip_text_block: 'LN MM*2 RS PM MM RS PM RS PM RS*3 PM MM RS AD*2 RS SM MM RS PM RS MM AD LN MM MC SG MU MM AD',
  l2_norm_block: 'AB MU RD SR DV',
} as const

/** One of the first two and one of the others say that a YOLO network is of version 26. */
export const yolo26Sequences = {
  trans_block: 'SI SL*2 CV RS SL*3 PM RS MM CV MC SM PM MM RS AD CV AD CV SI CV AD',
  trans_block_v1: 'SI SL*2 CV RS CV RS CV RS PM MM CV MC SM PM MM RS AD CV AD CV SI CV AD',
  typical_block_nsm: 'SL*2 CV*2 SI*2 CV SI CV SI AD CV SI CV SI AD CC CV SI CC',
  typical_block_lx: 'SI SL*2 CV*2 SI*2 CV SI CV SI AD CV SI CV SI AD CC CV SI CV*2 SI*2 CV SI CV SI AD CV SI CV SI AD CC CV SI CC',
} as const

const spelling: Readonly<Record<string, string>> = {
  AD: 'Add',
  LN: 'LayerNorm',
  MM: 'MatMul',
  RS: 'Reshape',
  SL: 'Slice',
  SQ: 'Squeeze',
  US: 'Unsqueeze',
  PM: 'Permute',
  MU: 'Mul',
  MC: 'MulConst',
  CC: 'Concat',
  SM: 'Softmax',
  SI: 'SiLU',
  GE: 'GELU',
  RP: 'Rope',
  CV: 'Conv',
  MP: 'MaxPool',
  SB: 'Sub',
  SG: 'Sigmoid',
  AB: 'Abs',
  RD: 'Reduce',
  SR: 'Sqrt',
  DV: 'Div',
}

/** The operators of a sequence, spelt as in the Top dialect. */
export function operatorsOf(sequence: string): readonly string[] {
  return sequence.split(' ').flatMap((word) => {
    const [name = '', times = '1'] = word.split('*')
    return Array.from({ length: Number(times) }, () => `top.${spelling[name] ?? name}`)
  })
}

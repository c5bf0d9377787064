import { endRow } from './end-row.ts'
import type { OvxGraph } from './ovx-graph.ts'

/** The C source that prints the five largest results and writes all of them. */
export function printPostProcess({ tensors, outputs }: OvxGraph): string {
  return `/* Written by q: what the network gives. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vsi_nn_pub.h"
#include "vnn_global.h"
#include "vnn_post_process.h"

static const vnn_end_t outputs[] = {
${outputs.map((place) => endRow(tensors[place]!, '1, 0, NULL, NULL')).join('\n')}
};

static float number_of(const vnn_end_t *end, const uint8_t *codes, size_t i)
{
    uint32_t bits;
    float x;
    if (end->kind == 'u')
        return ((float)codes[i] - (float)end->zero_point) * end->scale;
    if (end->kind == 'b')
        return ((float)((const int8_t *)(const void *)codes)[i] - (float)end->zero_point) * end->scale;
    if (end->kind == 's')
        return ((float)((const int16_t *)(const void *)codes)[i] - (float)end->zero_point) * end->scale;
    if (end->kind == 'f')
        return ((const float *)(const void *)codes)[i];
    bits = ((const uint16_t *)(const void *)codes)[i];
    if (end->kind == 'g')
        bits <<= 16;
    else if ((bits & 0x7c00) == 0)
        bits = (bits & 0x8000) << 16;
    else
        bits = ((bits & 0x8000) << 16) | ((((bits >> 10) & 0x1f) + 112) << 23) | ((bits & 0x3ff) << 13);
    memcpy(&x, &bits, sizeof(x));
    return x;
}

vsi_status vnn_PostProcess(vsi_nn_graph_t *graph)
{
    size_t o;
    for (o = 0; o < sizeof(outputs) / sizeof(outputs[0]); o++)
    {
        const vnn_end_t *end = &outputs[o];
        size_t i;
        size_t rank;
        char path[64];
        FILE *file;
        float *numbers = (float *)malloc(end->count * sizeof(float));
        uint8_t *codes = vsi_nn_ConvertTensorToData(graph, vsi_nn_GetTensor(graph, graph->output.tensors[o]));
        if (numbers == NULL || codes == NULL)
        {
            free(numbers);
            return VSI_FAILURE;
        }
        snprintf(path, sizeof(path), "output%u_%u.dat", (unsigned)o, (unsigned)end->count);
        file = fopen(path, "w");
        for (i = 0; i < end->count; i++)
        {
            numbers[i] = number_of(end, codes, i);
            if (file != NULL)
                fprintf(file, "%.9g\\n", (double)numbers[i]);
        }
        if (file != NULL)
            fclose(file);
        printf("%s\\n", end->name);
        for (rank = 0; rank < 5 && rank < end->count; rank++)
        {
            size_t best = 0;
            for (i = 1; i < end->count; i++)
                if (numbers[i] > numbers[best])
                    best = i;
            printf("  %u: %f\\n", (unsigned)best, (double)numbers[best]);
            numbers[best] = -3.402823466e+38f;
        }
        free(numbers);
        vsi_nn_Free(codes);
    }
    return VSI_SUCCESS;
}
`
}

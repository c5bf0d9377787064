import { cFloat, cName, functionName } from './c-names.ts'
import { endRow } from './end-row.ts'
import type { OvxGraph } from './ovx-graph.ts'

/** What is done to the numbers of an input before they become its codes. */
export interface InputNumbers {
  readonly mean: readonly number[]
  readonly scale: readonly number[]
}

/** The header of the graph, and the version of the library that it is written for. */
export function printGraphHeader({ name }: OvxGraph): string {
  const [guard, title] = [`VNN_${cName(name).toUpperCase()}_H`, functionName(name)]
  return `#ifndef ${guard}
#define ${guard}

#include "vsi_nn_pub.h"

#define VNN_VERSION_MAJOR 1
#define VNN_VERSION_MINOR 1
#define VNN_VERSION_PATCH 30

/* Builds the graph with the coefficients of a .export.data file, or of a .nb binary. Without a context it makes one. */
vsi_nn_graph_t *vnn_Create${title}(const char *data_file_name, vsi_nn_context_t in_ctx);
void vnn_Release${title}(vsi_nn_graph_t *graph, vsi_bool release_ctx);

#endif
`
}

/** Types that the sources share. */
export const globalHeader = `#ifndef VNN_GLOBAL_H
#define VNN_GLOBAL_H

#include <stddef.h>
#include <stdint.h>

/* What the numbers of an input or a result are, and how they become codes. */
typedef struct
{
    const char *name;
    size_t count;
    /* 'u', 'b', 's', 'i', 'h', 'g', 'f': uint8, int8, int16, int32, half, bfloat16, float. */
    char kind;
    float scale;
    int32_t zero_point;
    /* Elements of a channel, and means and factors of the channels. */
    size_t per_channel;
    size_t channels;
    const float *means;
    const float *factors;
} vnn_end_t;

#endif
`

/** The C source that feeds the inputs: files of floats, as text (.tensor) or binary, less the means, times the factors. */
export function printPreProcess({ tensors, inputs }: OvxGraph, numbers: ReadonlyMap<string, InputNumbers>): string {
  const rows = inputs.map((place, i) => {
    const tensor = tensors[place]!
    const own = numbers.get(tensor.name)
    const rank = tensor.size.length
    const channels = own?.mean.length ?? 1
    const per = tensor.size.slice(0, rank >= 3 ? 2 : 0).reduce((product, d) => product * d, 1)
    return {
      lists:
        own === undefined
          ? ''
          : `static const float means_${i}[] = {${own.mean.map(cFloat).join(', ')}};\nstatic const float factors_${i}[] = {${own.scale.map(cFloat).join(', ')}};\n`,
      row: endRow(tensor, own === undefined ? '1, 0, NULL, NULL' : `${per}, ${channels}, means_${i}, factors_${i}`),
    }
  })
  return `/* Written by q: what the network is fed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vsi_nn_pub.h"
#include "vnn_global.h"
#include "vnn_pre_process.h"

${rows.map(({ lists }) => lists).join('')}static const vnn_end_t inputs[] = {
${rows.map(({ row }) => row).join('\n')}
};

static float clipped(float x, float least, float most)
{
    return x < least ? least : x > most ? most : x;
}

/* Rounded toward zero, as the library does; numbers without a normal half are zero. */
static uint16_t half_of(float x)
{
    uint32_t bits;
    float magnitude = fabsf(x);
    uint16_t sign = (uint16_t)(x < 0.0f ? 0x8000 : 0);
    if (magnitude > 65504.0f)
        magnitude = 65504.0f;
    if (magnitude < 6.103515625e-05f)
        return sign;
    memcpy(&bits, &magnitude, sizeof(bits));
    return (uint16_t)(sign | (((bits >> 23) - 112) << 10) | ((bits >> 13) & 0x3ff));
}

static uint16_t bfloat_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

/* Codes of numbers: rounded half to even before the zero point is added. */
static uint8_t *codes_of(const vnn_end_t *end, const float *numbers)
{
    size_t i;
    uint8_t *codes = (uint8_t *)malloc(end->count * sizeof(float));
    if (codes == NULL)
        return NULL;
    for (i = 0; i < end->count; i++)
    {
        float x = numbers[i];
        float code;
        if (end->means != NULL)
        {
            size_t channel = (i / end->per_channel) % end->channels;
            x = (x - end->means[channel]) * end->factors[channel];
        }
        code = rintf(x / end->scale) + (float)end->zero_point;
        if (end->kind == 'u')
            codes[i] = (uint8_t)clipped(code, 0.0f, 255.0f);
        else if (end->kind == 'b')
            ((int8_t *)(void *)codes)[i] = (int8_t)clipped(code, -128.0f, 127.0f);
        else if (end->kind == 's')
            ((int16_t *)(void *)codes)[i] = (int16_t)clipped(code, -32768.0f, 32767.0f);
        else if (end->kind == 'h')
            ((uint16_t *)(void *)codes)[i] = half_of(x);
        else if (end->kind == 'g')
            ((uint16_t *)(void *)codes)[i] = bfloat_of(x);
        else
            ((float *)(void *)codes)[i] = x;
    }
    return codes;
}

static float *numbers_of(const char *path, size_t count)
{
    size_t length = strlen(path);
    int is_text = length > 7 && strcmp(path + length - 7, ".tensor") == 0;
    FILE *file = fopen(path, is_text ? "r" : "rb");
    float *numbers = (float *)malloc(count * sizeof(float));
    size_t found = 0;
    if (file != NULL && numbers != NULL)
    {
        if (is_text)
            while (found < count && fscanf(file, "%f", &numbers[found]) == 1)
                found++;
        else
            found = fread(numbers, sizeof(float), count, file);
    }
    if (file != NULL)
        fclose(file);
    if (found == count)
        return numbers;
    free(numbers);
    return NULL;
}

vsi_status vnn_PreProcess(vsi_nn_graph_t *graph, const char **paths, size_t count)
{
    size_t i;
    if (count != sizeof(inputs) / sizeof(inputs[0]))
    {
        fprintf(stderr, "%u inputs are wanted\\n", (unsigned)(sizeof(inputs) / sizeof(inputs[0])));
        return VSI_FAILURE;
    }
    for (i = 0; i < count; i++)
    {
        vsi_status status = VSI_FAILURE;
        float *numbers = numbers_of(paths[i], inputs[i].count);
        uint8_t *codes = numbers == NULL ? NULL : codes_of(&inputs[i], numbers);
        if (codes != NULL)
            status = vsi_nn_CopyDataToTensor(graph, vsi_nn_GetTensor(graph, graph->input.tensors[i]), codes);
        else
            fprintf(stderr, "%s: no %u numbers for %s\\n", paths[i], (unsigned)inputs[i].count, inputs[i].name);
        free(numbers);
        free(codes);
        if (status != VSI_SUCCESS)
            return status;
    }
    return VSI_SUCCESS;
}
`
}

/** `main.c`: the program that runs the network on files. */
export function printMain({ name }: OvxGraph): string {
  const title = functionName(name)
  return `/* Written by q. Arguments: the data file (or a .nb), then a file for each input. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "vsi_nn_pub.h"
#include "vnn_global.h"
#include "vnn_pre_process.h"
#include "vnn_post_process.h"
#include "vnn_${cName(name)}.h"

static double milliseconds(clock_t since)
{
    return (double)(clock() - since) * 1000.0 / CLOCKS_PER_SEC;
}

int main(int argc, char **argv)
{
    vsi_nn_graph_t *graph;
    int failed;
    clock_t start = clock();
    if (argc < 3)
    {
        fprintf(stderr, "%s <data or nb file> <input> ...\\n", argv[0]);
        return 1;
    }
    graph = vnn_Create${title}(argv[1], NULL);
    if (graph == NULL)
    {
        fprintf(stderr, "the graph cannot be built of %s\\n", argv[1]);
        return 1;
    }
    printf("create: %.2f ms\\n", milliseconds(start));
    start = clock();
    failed = vsi_nn_VerifyGraph(graph) != VSI_SUCCESS;
    printf("verify: %.2f ms\\n", milliseconds(start));
    failed = failed || vnn_PreProcess(graph, (const char **)(argv + 2), (size_t)(argc - 2)) != VSI_SUCCESS;
    start = clock();
    failed = failed || vsi_nn_RunGraph(graph) != VSI_SUCCESS;
    printf("run: %.2f ms\\n", milliseconds(start));
    failed = failed || vnn_PostProcess(graph) != VSI_SUCCESS;
    vnn_Release${title}(graph, TRUE);
    return failed;
}
`
}

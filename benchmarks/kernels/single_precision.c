#include <stdint.h>

void blend(const float *a, int64_t n, const float *b, int64_t n2, float *out, int64_t n3) {
    for (int64_t i = 0; i < n; i++)
        out[i] = 0.25f * a[i] + 0.75f * b[i];
}

void blur(const float *image, int64_t rows, int64_t columns, float *out, int64_t rows2, int64_t columns2) {
    for (int64_t i = 1; i < rows - 1; i++)
        for (int64_t j = 1; j < columns - 1; j++)
            out[i * columns + j] = (image[(i - 1) * columns + j] + image[(i + 1) * columns + j]
                + image[i * columns + j - 1] + image[i * columns + j + 1] + 4.0f * image[i * columns + j]) * 0.125f;
}

float sum_float32(const float *a, int64_t n) {
    float total = 0.0f;
    for (int64_t i = 0; i < n; i++)
        total += a[i];
    return total;
}

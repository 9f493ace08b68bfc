#include <stdint.h>

double sum_fortran(const double *a, int64_t rows, int64_t columns) {
    double total = 0.0;
    for (int64_t j = 0; j < columns; j++)
        for (int64_t i = 0; i < rows; i++)
            total += a[j * rows + i];
    return total;
}

void scale_strided(const double *a, int64_t n, int64_t step, double *b, int64_t m, int64_t step2) {
    for (int64_t i = 0; i < n; i++)
        b[i * step2] = a[i * step] * 2.0 + 1.0;
}

void reverse(const double *a, int64_t n, double *result) {
    for (int64_t i = 0; i < n; i++)
        result[i] = a[n - 1 - i];
}

void transpose(const double *a, int64_t n, int64_t m, double *result) {
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < m; j++)
            result[j * n + i] = a[i * m + j];
}

void column_maxima(const double *a, int64_t rows, int64_t columns, double *result) {
    for (int64_t j = 0; j < columns; j++) {
        double best = a[j];
        for (int64_t i = 1; i < rows; i++)
            if (a[i * columns + j] > best)
                best = a[i * columns + j];
        result[j] = best;
    }
}

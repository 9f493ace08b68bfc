#include <stdint.h>
#include <string.h>

void gather(const double *a, int64_t n, const int64_t *index, int64_t m, double *result) {
    for (int64_t i = 0; i < m; i++)
        result[i] = a[index[i]];
}

double gather_sum(const double *a, int64_t n, const int64_t *index, int64_t m) {
    double total = 0.0;
    for (int64_t i = 0; i < m; i++)
        total += a[index[i]];
    return total;
}

void count_values(const int64_t *a, int64_t n, int64_t bins, int64_t *counts) {
    memset(counts, 0, bins * sizeof *counts);
    for (int64_t i = 0; i < n; i++)
        counts[a[i]] += 1;
}

void histogram(const double *a, int64_t n, int64_t bins, int64_t *counts) {
    memset(counts, 0, bins * sizeof *counts);
    for (int64_t i = 0; i < n; i++) {
        int64_t place = (int64_t)(a[i] * bins);
        if (0 <= place && place < bins)
            counts[place] += 1;
    }
}

void sparse_matvec(const double *values, int64_t stored, const int64_t *columns, int64_t stored2,
        const int64_t *row_starts, int64_t rows1, const double *x, int64_t n, double *y) {
    for (int64_t i = 0; i < rows1 - 1; i++) {
        double total = 0.0;
        for (int64_t k = row_starts[i]; k < row_starts[i + 1]; k++)
            total += values[k] * x[columns[k]];
        y[i] = total;
    }
}

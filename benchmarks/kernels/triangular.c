#include <math.h>
#include <stdint.h>
#include <string.h>

void cholesky(const double *a, int64_t n, int64_t n2, double *lower) {
    memset(lower, 0, n * n * sizeof *lower);
    for (int64_t j = 0; j < n; j++) {
        double total = a[j * n + j];
        for (int64_t k = 0; k < j; k++)
            total -= lower[j * n + k] * lower[j * n + k];
        lower[j * n + j] = sqrt(total);
        for (int64_t i = j + 1; i < n; i++) {
            total = a[i * n + j];
            for (int64_t k = 0; k < j; k++)
                total -= lower[i * n + k] * lower[j * n + k];
            lower[i * n + j] = total / lower[j * n + j];
        }
    }
}

void forward_substitution(const double *lower, int64_t n, int64_t n2, const double *b, int64_t n3, double *x) {
    for (int64_t i = 0; i < n; i++) {
        double total = b[i];
        for (int64_t j = 0; j < i; j++)
            total -= lower[i * n + j] * x[j];
        x[i] = total / lower[i * n + i];
    }
}

void pairwise_distances(const double *points, int64_t n, int64_t dimensions, double *result) {
    memset(result, 0, n * n * sizeof *result);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i + 1; j < n; j++) {
            double total = 0.0;
            for (int64_t k = 0; k < dimensions; k++) {
                double step = points[i * dimensions + k] - points[j * dimensions + k];
                total += step * step;
            }
            result[i * n + j] = sqrt(total);
            result[j * n + i] = result[i * n + j];
        }
}

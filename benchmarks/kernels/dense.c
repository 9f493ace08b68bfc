#include <stdint.h>

double sum2d(const double *a, int64_t rows, int64_t columns) {
    double total = 0.0;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            total += a[i * columns + j];
    return total;
}

double dot(const double *a, int64_t n, const double *b, int64_t m) {
    double total = 0.0;
    for (int64_t i = 0; i < n; i++)
        total += a[i] * b[i];
    return total;
}

void axpy(double a, const double *x, int64_t n, double *y, int64_t m) {
    for (int64_t i = 0; i < n; i++)
        y[i] = a * x[i] + y[i];
}

void matmul(const double *a, int64_t rows, int64_t inner, const double *b, int64_t inner2, int64_t columns,
        double *c, int64_t crows, int64_t ccolumns) {
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) {
            double total = 0.0;
            for (int64_t k = 0; k < inner; k++)
                total += a[i * inner + k] * b[k * columns + j];
            c[i * ccolumns + j] = total;
        }
}

void jacobi(const double *a, int64_t n, int64_t m, double *b, int64_t n2, int64_t m2) {
    for (int64_t i = 1; i < n - 1; i++)
        for (int64_t j = 1; j < m - 1; j++)
            b[i * m2 + j] = 0.25 * (a[(i - 1) * m + j] + a[(i + 1) * m + j] + a[i * m + j - 1] + a[i * m + j + 1]);
}

void convolution(const double *image, int64_t rows, int64_t columns, const double *weights, int64_t height,
        int64_t width, double *result) {
    int64_t wide = columns - width + 1;
    for (int64_t i = 0; i < rows - height + 1; i++)
        for (int64_t j = 0; j < wide; j++) {
            double total = 0.0;
            for (int64_t p = 0; p < height; p++)
                for (int64_t q = 0; q < width; q++)
                    total += image[(i + p) * columns + j + q] * weights[p * width + q];
            result[i * wide + j] = total;
        }
}

void row_means(const double *a, int64_t rows, int64_t columns, double *out, int64_t n) {
    for (int64_t i = 0; i < rows; i++) {
        double total = 0.0;
        for (int64_t j = 0; j < columns; j++)
            total += a[i * columns + j];
        out[i] = total / columns;
    }
}

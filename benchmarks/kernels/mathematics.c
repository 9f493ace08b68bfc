#include <math.h>
#include <stdint.h>

void softmax_rows(const double *a, int64_t rows, int64_t columns, double *result) {
    for (int64_t i = 0; i < rows; i++) {
        double largest = a[i * columns], total = 0.0;
        for (int64_t j = 1; j < columns; j++)
            largest = a[i * columns + j] > largest ? a[i * columns + j] : largest;
        for (int64_t j = 0; j < columns; j++) {
            result[i * columns + j] = exp(a[i * columns + j] - largest);
            total += result[i * columns + j];
        }
        for (int64_t j = 0; j < columns; j++)
            result[i * columns + j] /= total;
    }
}

double great_circle(const double *latitudes, int64_t n, const double *longitudes, int64_t n2, double latitude,
        double longitude) {
    double total = 0.0;
    for (int64_t i = 0; i < n; i++) {
        double a = sin(0.5 * (latitudes[i] - latitude)), b = sin(0.5 * (longitudes[i] - longitude));
        total += 2.0 * 6371.0 * asin(sqrt(a * a + cos(latitude) * cos(latitudes[i]) * b * b));
    }
    return total;
}

void logistic(const double *x, int64_t n, double *result) {
    for (int64_t i = 0; i < n; i++)
        result[i] = 1.0 / (1.0 + exp(-x[i]));
}

double polynomial_powers(const double *x, int64_t n) {
    double total = 0.0;
    for (int64_t i = 0; i < n; i++)
        total += 1.0 + pow(x[i], 2) - 0.5 * pow(x[i], 3) + pow(x[i], 0.5);
    return total;
}

#include <stdint.h>

void cumulative_sum(const double *a, int64_t n, double *result) {
    double total = 0.0;
    for (int64_t i = 0; i < n; i++) {
        total += a[i];
        result[i] = total;
    }
}

void exponential_average(const double *a, int64_t n, double alpha, double *result) {
    result[0] = a[0];
    for (int64_t i = 1; i < n; i++)
        result[i] = alpha * a[i] + (1.0 - alpha) * result[i - 1];
}

double maximum_drawdown(const double *prices, int64_t n) {
    double peak = prices[0], worst = 0.0;
    for (int64_t i = 0; i < n; i++) {
        if (prices[i] > peak)
            peak = prices[i];
        double fall = (peak - prices[i]) / peak;
        if (fall > worst)
            worst = fall;
    }
    return worst;
}

void moving_average(const double *a, int64_t n, int64_t width, double *result) {
    double total = 0.0;
    for (int64_t i = 0; i < width; i++)
        total += a[i];
    result[0] = total / width;
    for (int64_t i = width; i < n; i++) {
        total += a[i] - a[i - width];
        result[i - width + 1] = total / width;
    }
}

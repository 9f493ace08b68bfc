#include <stdint.h>

void mandelbrot(int64_t height, int64_t width, int64_t limit, int64_t *image) {
    for (int64_t i = 0; i < height; i++) {
        double y0 = 2.4 * i / height - 1.2;
        for (int64_t j = 0; j < width; j++) {
            double x0 = 3.0 * j / width - 2.1, x = 0.0, y = 0.0;
            int64_t steps = 0;
            while (steps < limit && x * x + y * y <= 4.0) {
                double next = x * x - y * y + x0;
                y = 2.0 * x * y + y0;
                x = next;
                steps++;
            }
            image[i * width + j] = steps;
        }
    }
}

void binary_search(const double *table, int64_t n, const double *wanted, int64_t m, int64_t *result) {
    for (int64_t i = 0; i < m; i++) {
        int64_t low = 0, high = n;
        while (low < high) {
            int64_t middle = (low + high) / 2;
            if (table[middle] < wanted[i])
                low = middle + 1;
            else
                high = middle;
        }
        result[i] = low;
    }
}

void insertion_sort(const double *values, int64_t n, double *a) {
    for (int64_t i = 0; i < n; i++) {
        double x = values[i];
        int64_t j = i - 1;
        while (j >= 0 && a[j] > x) {
            a[j + 1] = a[j];
            j--;
        }
        a[j + 1] = x;
    }
}

void rectify(const double *a, int64_t n, double *result) {
    for (int64_t i = 0; i < n; i++)
        result[i] = a[i] > 0.0 ? a[i] : 0.0;
}

int64_t longest_run(const int64_t *a, int64_t n) {
    int64_t best = 1, current = 1;
    for (int64_t i = 1; i < n; i++) {
        if (a[i] == a[i - 1]) {
            current++;
            best = best > current ? best : current;
        } else {
            current = 1;
        }
    }
    return best;
}

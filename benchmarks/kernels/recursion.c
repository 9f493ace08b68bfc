#include <math.h>
#include <stdint.h>

static int64_t fibonacci_of(int64_t n) {
    return n < 2 ? n : fibonacci_of(n - 1) + fibonacci_of(n - 2);
}

int64_t fibonacci(int64_t n) {
    return fibonacci_of(n);
}

static double curve(double x) {
    return exp(-x * x) * cos(4.0 * x);
}

static double simpson(double low, double high, double tolerance, double whole, int64_t depth) {
    double middle = 0.5 * (low + high);
    double left = (middle - low) / 6.0 * (curve(low) + 4.0 * curve(0.5 * (low + middle)) + curve(middle));
    double right = (high - middle) / 6.0 * (curve(middle) + 4.0 * curve(0.5 * (middle + high)) + curve(high));
    double error = left + right - whole;
    if (depth <= 0 || fabs(error) < 15.0 * tolerance)
        return left + right + error / 15.0;
    double first = simpson(low, middle, 0.5 * tolerance, left, depth - 1);
    return first + simpson(middle, high, 0.5 * tolerance, right, depth - 1);
}

double adaptive_integral(double low, double high, double tolerance) {
    double whole = (high - low) / 6.0 * (curve(low) + 4.0 * curve(0.5 * (low + high)) + curve(high));
    return simpson(low, high, tolerance, whole, 40);
}

static void sort_range(double *a, int64_t low, int64_t high) {
    if (low >= high)
        return;
    double pivot = a[(low + high) / 2];
    int64_t i = low, j = high;
    while (i <= j) {
        while (a[i] < pivot)
            i++;
        while (a[j] > pivot)
            j--;
        if (i <= j) {
            double kept = a[i];
            a[i++] = a[j];
            a[j--] = kept;
        }
    }
    sort_range(a, low, j);
    sort_range(a, i, high);
}

void quicksort(const double *values, int64_t n, double *a) {
    for (int64_t i = 0; i < n; i++)
        a[i] = values[i];
    sort_range(a, 0, n - 1);
}

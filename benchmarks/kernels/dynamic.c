#include <stdint.h>
#include <stdlib.h>

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

int64_t edit_distance(const int64_t *a, int64_t n, const int64_t *b, int64_t m) {
    int64_t *row = malloc((m + 1) * sizeof *row);
    for (int64_t j = 0; j <= m; j++)
        row[j] = j;
    for (int64_t i = 1; i <= n; i++) {
        int64_t corner = row[0];
        row[0] = i;
        for (int64_t j = 1; j <= m; j++) {
            int64_t above = row[j], change = a[i - 1] == b[j - 1] ? corner : corner + 1;
            row[j] = least(change, least(above + 1, row[j - 1] + 1));
            corner = above;
        }
    }
    int64_t distance = row[m];
    free(row);
    return distance;
}

int64_t knapsack(const int64_t *weights, int64_t n, const int64_t *values, int64_t n2, int64_t capacity) {
    int64_t *best = calloc(capacity + 1, sizeof *best);
    for (int64_t item = 0; item < n; item++)
        for (int64_t room = capacity; room > weights[item] - 1; room--) {
            int64_t candidate = best[room - weights[item]] + values[item];
            if (candidate > best[room])
                best[room] = candidate;
        }
    int64_t found = best[capacity];
    free(best);
    return found;
}

void shortest_paths(const double *lengths, int64_t n, int64_t n2, double *distance) {
    for (int64_t i = 0; i < n * n; i++)
        distance[i] = lengths[i];
    for (int64_t k = 0; k < n; k++)
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < n; j++) {
                double through = distance[i * n + k] + distance[k * n + j];
                if (through < distance[i * n + j])
                    distance[i * n + j] = through;
            }
}

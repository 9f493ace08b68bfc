#include <math.h>
#include <stdint.h>

void n_body(double *positions, int64_t n, int64_t three, double *velocities, int64_t n2, int64_t three2,
        const double *masses, int64_t n3, double dt, int64_t steps) {
    for (int64_t step = 0; step < steps; step++) {
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = i + 1; j < n; j++) {
                double dx = positions[i * 3] - positions[j * 3];
                double dy = positions[i * 3 + 1] - positions[j * 3 + 1];
                double dz = positions[i * 3 + 2] - positions[j * 3 + 2];
                double squared = dx * dx + dy * dy + dz * dz + 0.01;
                double pull = dt / (squared * sqrt(squared));
                velocities[i * 3] -= dx * masses[j] * pull;
                velocities[i * 3 + 1] -= dy * masses[j] * pull;
                velocities[i * 3 + 2] -= dz * masses[j] * pull;
                velocities[j * 3] += dx * masses[i] * pull;
                velocities[j * 3 + 1] += dy * masses[i] * pull;
                velocities[j * 3 + 2] += dz * masses[i] * pull;
            }
        for (int64_t i = 0; i < n; i++)
            for (int64_t k = 0; k < 3; k++)
                positions[i * 3 + k] += dt * velocities[i * 3 + k];
    }
}

static int64_t next_state(int64_t state) {
    return (state * 1103515245 + 12345) % 2147483648;
}

double monte_carlo_pi(int64_t samples, int64_t seed) {
    int64_t state = seed, inside = 0;
    for (int64_t i = 0; i < samples; i++) {
        state = next_state(state);
        double x = state / 2147483648.0;
        state = next_state(state);
        double y = state / 2147483648.0;
        if (x * x + y * y < 1.0)
            inside++;
    }
    return 4.0 * inside / samples;
}

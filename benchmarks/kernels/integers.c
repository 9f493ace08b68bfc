#include <stdint.h>
#include <stdlib.h>

int64_t sieve(int64_t n) {
    char *composite = calloc(n + 1, 1);
    int64_t count = 0;
    for (int64_t i = 2; i <= n; i++)
        if (!composite[i]) {
            count++;
            for (int64_t j = i * i; j <= n; j += i)
                composite[j] = 1;
        }
    free(composite);
    return count;
}

static int64_t gcd(int64_t a, int64_t b) {
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

int64_t coprime_pairs(int64_t n) {
    int64_t count = 0;
    for (int64_t a = 1; a < n; a++)
        for (int64_t b = 1; b < n; b++)
            if (gcd(a, b) == 1)
                count++;
    return count;
}

int64_t linear_congruential(int64_t n, int64_t seed) {
    int64_t state = seed, total = 0;
    for (int64_t i = 0; i < n; i++) {
        state = (state * 1103515245 + 12345) % 2147483648;
        total += state >> 16;
    }
    return total;
}

static int64_t power_modulo(int64_t base, int64_t exponent, int64_t modulus) {
    int64_t result = 1;
    base %= modulus;
    while (exponent > 0) {
        if (exponent & 1)
            result = result * base % modulus;
        base = base * base % modulus;
        exponent >>= 1;
    }
    return result;
}

int64_t fermat_test(int64_t limit) {
    int64_t count = 0;
    for (int64_t n = 3; n < limit; n += 2)
        if (power_modulo(2, n - 1, n) == 1)
            count++;
    return count;
}

int64_t sum_of_squares(int64_t n) {
    int64_t total = 0;
    for (int64_t i = 0; i < n; i++)
        total += i * i;
    return total;
}

int64_t sum_int64(const int64_t *a, int64_t n) {
    int64_t total = 0;
    for (int64_t i = 0; i < n; i++)
        total += a[i];
    return total;
}

void xor_bytes(const uint8_t *a, int64_t n, int64_t key, uint8_t *result) {
    for (int64_t i = 0; i < n; i++)
        result[i] = a[i] ^ (uint8_t)key;
}

int64_t count_bits(const int64_t *a, int64_t n) {
    int64_t total = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t x = a[i]; x; x &= x - 1)
            total++;
    return total;
}

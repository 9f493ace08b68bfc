"""Loops that spend their time in elementary functions."""

import math

import numpy as np

from benchmarks.kernels.data import floats
from benchmarks.registry import helper, kernel


@helper
def normal_cdf(x):
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


@kernel(lambda n: (80.0 + 40.0 * floats(n), 100.0, 0.01, 0.3, 0.2 + floats(n, seed=4)), (3_000,))
def black_scholes(spot, strike, rate, volatility, years):
    call = np.empty(len(spot))
    put = np.empty(len(spot))
    for i in range(len(spot)):
        spread = volatility * math.sqrt(years[i])
        d1 = (math.log(spot[i] / strike) + (rate + 0.5 * volatility * volatility) * years[i]) / spread
        d2 = d1 - spread
        discounted = strike * math.exp(-rate * years[i])
        call[i] = spot[i] * normal_cdf(d1) - discounted * normal_cdf(d2)
        put[i] = call[i] - spot[i] + discounted
    return call, put


@kernel(lambda n: (floats(n, 10),), (500,))
def softmax_rows(a):
    rows, columns = a.shape
    result = np.empty((rows, columns))
    for i in range(rows):
        largest = a[i, 0]
        for j in range(1, columns):
            largest = max(largest, a[i, j])
        total = 0.0
        for j in range(columns):
            result[i, j] = math.exp(a[i, j] - largest)
            total += result[i, j]
        for j in range(columns):
            result[i, j] /= total
    return result


@kernel(lambda n: (floats(n) - 0.5, 6.0 * floats(n, seed=4), 0.3, 1.0), (5_000,))
def great_circle(latitudes, longitudes, latitude, longitude):
    total = 0.0
    for i in range(len(latitudes)):
        a = math.sin(0.5 * (latitudes[i] - latitude)) ** 2
        b = math.sin(0.5 * (longitudes[i] - longitude)) ** 2
        total += 2.0 * 6371.0 * math.asin(math.sqrt(a + math.cos(latitude) * math.cos(latitudes[i]) * b))
    return total


@kernel(
    lambda n: (10.0 * floats(n) - 5.0,),
    (5_000,),
    numpy=lambda x: 1.0 / (1.0 + np.exp(-x)),
    own_tolerance=1e-15,
)
def logistic(x):
    result = np.empty_like(x)
    for i in range(x.shape[0]):
        result[i] = 1.0 / (1.0 + np.exp(-x[i]))
    return result


@kernel(lambda n: (floats(n),), (5_000,))
def polynomial_powers(x):
    total = 0.0
    for value in x:
        total += 1.0 + value**2 - 0.5 * value**3 + value**0.5
    return total

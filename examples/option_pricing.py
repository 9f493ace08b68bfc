"""Price a European option by Monte Carlo, with a random number generator of our own, and by formula.

The generator works on plain Python ints, which are exact here as they are in the interpreter; the formula of Black and
Scholes says whether the price is right.
"""

from __future__ import annotations

import math

from minijit import jit

MODULUS = 2**31 - 1


@jit
def next_state(state):
    """The generator of Park and Miller: every number from 1 to 2**31 - 2 comes once."""
    return state * 48271 % MODULUS


@jit
def simulate(spot, strike, rate, volatility, years, paths, seed):
    """Mean and standard error of the discounted payoff; normal numbers come in pairs (Box and Muller)."""
    drift = (rate - 0.5 * volatility**2) * years
    spread = volatility * math.sqrt(years)
    discount = math.exp(-rate * years)
    total = squares = 0.0
    state = seed
    for _ in range(paths // 2):
        state = next_state(state)
        radius = math.sqrt(-2.0 * math.log(state / MODULUS))
        state = next_state(state)
        angle = 2.0 * math.pi * state / MODULUS
        for normal in (radius * math.cos(angle), radius * math.sin(angle)):
            payoff = discount * max(spot * math.exp(drift + spread * normal) - strike, 0.0)
            total += payoff
            squares += payoff * payoff
    mean = total / paths
    return mean, math.sqrt((squares / paths - mean * mean) / paths)


@jit
def formula(spot, strike, rate, volatility, years):
    """The price after Black and Scholes."""
    spread = volatility * math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate + 0.5 * volatility**2) * years) / spread
    d2 = d1 - spread
    first = 0.5 * math.erfc(-d1 / math.sqrt(2.0))
    second = 0.5 * math.erfc(-d2 / math.sqrt(2.0))
    return spot * first - strike * math.exp(-rate * years) * second


def main() -> None:
    """Three strikes of one option."""
    for strike in (90.0, 100.0, 110.0):
        option = (100.0, strike, 0.03, 0.2, 1.0)
        exact = formula(*option)
        price, error = simulate(*option, 200_000, 2024)
        print(f"strike {strike:5.1f}: {price:7.4f} +- {error:.4f}, by formula {exact:7.4f}")
        assert abs(price - exact) < 4.0 * error


if __name__ == "__main__":
    main()

"""Play Conway's game of life: a glider comes home, and the R-pentomino grows as it is known to."""

from __future__ import annotations

import numpy as np

from minijit import jit

GLIDER = (".#.", "..#", "###")
R_PENTOMINO = (".##", "##.", ".#.")


@jit
def generation(board, following):
    """Write the next generation; the board is a torus."""
    rows, columns = board.shape
    for i in range(rows):
        for j in range(columns):
            neighbours = 0
            for di in (-1, 0, 1):
                for dj in (-1, 0, 1):
                    if (di or dj) and board[(i + di) % rows, (j + dj) % columns]:
                        neighbours += 1
            following[i, j] = neighbours == 3 or (neighbours == 2 and board[i, j])


@jit
def play(board, generations):
    """Play in place and return how many cells live after each generation."""
    following = np.zeros_like(board)
    population = np.zeros(generations, np.int64)
    for turn in range(generations):
        generation(board, following)
        for i in range(board.shape[0]):
            for j in range(board.shape[1]):
                board[i, j] = following[i, j]
                if board[i, j]:
                    population[turn] += 1
    return population


def board_with(pattern: tuple[str, ...], size: int) -> np.ndarray:
    """An empty board with a pattern in its middle."""
    board = np.zeros((size, size), np.bool_)
    for i, line in enumerate(pattern):
        for j, cell in enumerate(line):
            board[size // 2 + i, size // 2 + j] = cell == "#"
    return board


def main() -> None:
    """Both patterns."""
    board = board_with(GLIDER, 12)
    start = board.copy()
    population = play(board, 4 * 12)
    print("\n".join("".join(".#"[int(cell)] for cell in row) for row in board))
    print(f"the glider has {population[-1]} cells and is back after 48 generations: {np.array_equal(board, start)}")
    assert np.array_equal(board, start)
    population = play(board_with(R_PENTOMINO, 80), 60)
    print(f"the R-pentomino, every tenth generation: {population[9::10].tolist()}")
    assert population[:5].tolist() == [6, 7, 9, 8, 9]


if __name__ == "__main__":
    main()

"""The store's writers take turns."""

import threading
import time

from assistant.store.turns import Turns


def test_who_waits_longest_is_next_and_who_is_in_may_enter_again():
    turns, order = Turns(), []

    def one(n):
        with turns, turns:
            order.append(n)

    with turns:
        threads = []
        for n in range(8):
            threads.append(threading.Thread(target=one, args=(n,)))
            threads[-1].start()
            while len(turns._waiting) <= n:
                time.sleep(0.001)
    for thread in threads:
        thread.join(5)
    assert order == list(range(8))


def test_a_thread_that_comes_again_and_again_starves_nobody():
    turns, greedy, ending, waits = Turns(), [0], threading.Event(), []

    def again():
        while not ending.is_set():
            with turns:
                greedy[0] += 1
                time.sleep(0.002)

    threads = [threading.Thread(target=again) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(30):
        begin = greedy[0]
        with turns:
            waits.append(greedy[0] - begin)
    ending.set()
    for thread in threads:
        thread.join(5)
    assert max(waits) <= 6


def test_an_error_inside_lets_the_next_one_in():
    turns = Turns()
    for _ in range(2):
        try:
            with turns:
                raise ValueError
        except ValueError:
            pass
    with turns:
        assert turns._depth == 1

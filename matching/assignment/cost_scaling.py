"""The network problem by cost scaling, compiled: for instances of many thousand pairs.

Loaded only where numba is installed. Every function is plain Python as well: with
NUMBA_DISABLE_JIT=1 it gives the same answer, slowly.

A circulation runs from the hub over rows, pairs and columns back to the hub. A missing unit
of a minimum is allowed at a price above every path, so that there always is an answer; it
tells by its `missing` whether it is one to the question.

References
----------
A. V. Goldberg (1997), An efficient implementation of a scaling minimum-cost flow algorithm,
Journal of Algorithms 22.
"""

from typing import Final

import numpy as np

from matching.assignment.flow_network import Flow, Network
from matching.assignment.problem import Ints
from matching.compiling import compiled

# how much nearer to the optimum each round comes
_STEP: Final = 8
# after so many relabellings for each node all of them are priced anew
_OFTEN: Final = 64
_NEVER: Final = 1 << 62


@compiled()
def solve_network(net: Network) -> Flow:
    """Return a circulation of least cost, with potentials that prove it."""
    n_pairs, n = len(net.cost), len(net.low) + 1
    n_columns = n - len(net.start)
    flow = Flow(
        np.zeros(n_pairs, np.int64),
        np.zeros(n - 1, np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.full(n_pairs, -1),
        np.full(n_pairs, -1),
        np.full(n_columns, -1),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.zeros(3, np.int64),
    )
    scale = n + 1
    scaled = Network(
        net.start, net.row, net.column, net.cost * scale, net.low, net.high, net.price * scale
    )
    epsilon = scale
    for k in range(n_pairs):
        epsilon = max(epsilon, abs(scaled.cost[k]))
    while epsilon > 1:
        epsilon = max(1, epsilon // _STEP)
        _refine(scaled, flow, epsilon)
    flow.worth[:] = flow.worth // scale
    _tighten(net, flow)
    return flow


@compiled()
def _refine(net: Network, flow: Flow, epsilon: int) -> None:
    """Make every unit right to within epsilon."""
    _saturate(net, flow)
    flow.ring[2] = 0
    hub = len(net.low)
    for node in range(hub + 1):
        _wait(flow, node)
    while flow.ring[1] > 0:
        node = flow.queue[flow.ring[0]]
        flow.ring[0] = (flow.ring[0] + 1) % len(flow.queue)
        flow.ring[1] -= 1
        flow.waits[node] = 0
        if flow.ring[2] > _OFTEN * (hub + 1):
            _reprice(net, flow, epsilon)
        while flow.excess[node] > 0:
            if node < hub:
                _discharge(net, flow, node, epsilon)
            else:
                _discharge_hub(net, flow, epsilon)


@compiled()
def _saturate(net: Network, flow: Flow) -> None:
    """Run units wherever that gains, and nowhere where it costs."""
    n_rows, hub = len(net.start) - 1, len(net.low)
    worth = flow.worth
    for k in range(len(net.cost)):
        gain = net.cost[k] + worth[net.row[k]] - worth[n_rows + net.column[k]]
        if gain < 0 and flow.chosen[k] == 0:
            _choose(net, flow, k)
        elif gain > 0 and flow.chosen[k] == 1:
            _leave(net, flow, k)
    for node in range(hub):
        slope = worth[hub] - worth[node] if node < n_rows else worth[node] - worth[hub]
        # a unit of the minimum gains where another one costs less than a missing one
        least = net.low[node] if slope < net.price[0] else 0
        most = net.low[node] if slope <= net.price[0] else 0
        if slope <= 0:
            most = net.high[node]
        if slope < 0:
            least = most
        count = min(max(flow.runs[node], least), most)
        _count(flow, node, count - flow.runs[node], n_rows)


@compiled()
def _wait(flow: Flow, node: int) -> None:
    if flow.excess[node] > 0 and flow.waits[node] == 0:
        flow.queue[(flow.ring[0] + flow.ring[1]) % len(flow.queue)] = node
        flow.ring[1] += 1
        flow.waits[node] = 1


@compiled()
def _choose(net: Network, flow: Flow, k: int) -> None:
    """Send a unit over a pair."""
    column = net.column[k]
    flow.chosen[k] = 1
    flow.excess[net.row[k]] -= 1
    flow.excess[len(net.start) - 1 + column] += 1
    after = flow.head[column]
    flow.onward[k] = after
    flow.before[k] = -1
    if after >= 0:
        flow.before[after] = k
    flow.head[column] = k


@compiled()
def _leave(net: Network, flow: Flow, k: int) -> None:
    """Take the unit of a pair back."""
    column = net.column[k]
    flow.chosen[k] = 0
    flow.excess[net.row[k]] += 1
    flow.excess[len(net.start) - 1 + column] -= 1
    before, after = flow.before[k], flow.onward[k]
    if before >= 0:
        flow.onward[before] = after
    else:
        flow.head[column] = after
    if after >= 0:
        flow.before[after] = before


@compiled()
def _count(flow: Flow, node: int, more: int, n_rows: int) -> None:
    """Let more units run between the hub and a node."""
    hub = len(flow.excess) - 1
    flow.runs[node] += more
    sign = 1 if node < n_rows else -1
    flow.excess[node] += sign * more
    flow.excess[hub] -= sign * more


@compiled()
def _rise(net: Network, flow: Flow, node: int) -> int:
    """Return what one more unit between the hub and a node costs."""
    return -net.price[0] if flow.runs[node] < net.low[node] else 0


@compiled()
def _fall(net: Network, flow: Flow, node: int) -> int:
    """Return what one unit less between the hub and a node costs."""
    return net.price[0] if flow.runs[node] <= net.low[node] else 0


@compiled()
def _ways_of_row(net: Network, flow: Flow, row: int) -> tuple[int, int, int]:
    """Return the least and the second least cost of a pair of a row, and that pair."""
    worth, n_rows = flow.worth, len(net.start) - 1
    best, second, at = _NEVER, _NEVER, -1
    for k in range(net.start[row], net.start[row + 1]):
        if flow.chosen[k] == 0:
            cost = net.cost[k] - worth[n_rows + net.column[k]]
            if cost < best:
                best, second, at = cost, best, k
            elif cost < second:
                second = cost
    return best, second, at


@compiled()
def _ways_of_column(net: Network, flow: Flow, column: int) -> tuple[int, int, int]:
    """Return the least and the second least cost of giving a pair back, and that pair."""
    best, second, at = _NEVER, _NEVER, -1
    k = flow.head[column]
    while k >= 0:
        cost = -net.cost[k] - flow.worth[net.row[k]]
        if cost < best:
            best, second, at = cost, best, k
        elif cost < second:
            second = cost
        k = flow.onward[k]
    return best, second, at


@compiled()
def _discharge(net: Network, flow: Flow, node: int, epsilon: int) -> None:
    """Send one unit on from a row or a column, where that is cheapest."""
    n_rows, hub = len(net.start) - 1, len(net.low)
    if node < n_rows:
        best, second, at = _ways_of_row(net, flow, node)
        to_hub, cost = flow.runs[node] > 0, _fall(net, flow, node)
    else:
        best, second, at = _ways_of_column(net, flow, node - n_rows)
        to_hub, cost = flow.runs[node] < net.high[node], _rise(net, flow, node)
    if to_hub:
        cost -= flow.worth[hub]
        second = min(second, max(best, cost))
        if cost < best:
            # this way may stay open when the unit has gone, so it is the second best too
            best, second, at = cost, cost, -1
    _relabel(flow, node, best, second, epsilon)
    if at < 0:
        _count(flow, node, -1 if node < n_rows else 1, n_rows)
        _wait(flow, hub)
    elif node < n_rows:
        _choose(net, flow, at)
        _wait(flow, n_rows + net.column[at])
    else:
        _leave(net, flow, at)
        _wait(flow, net.row[at])


@compiled()
def _relabel(flow: Flow, node: int, best: int, second: int, epsilon: int) -> None:
    """Make a node worth little enough that its best way gains."""
    worth = flow.worth
    if best + worth[node] >= 0:
        worth[node] = -best - epsilon
        flow.ring[2] += 1
    if second < _NEVER and flow.excess[node] == 1:
        # the last unit goes: what is left is worth no more than the second best way
        worth[node] = min(worth[node], -second)


@compiled()
def _discharge_hub(net: Network, flow: Flow, epsilon: int) -> None:
    """Send units on from the hub along every way that gains; else make it worth less."""
    n_rows, hub = len(net.start) - 1, len(net.low)
    worth = flow.worth
    best = _NEVER
    for node in range(hub):
        is_row = node < n_rows
        while (flow.runs[node] < net.high[node]) if is_row else (flow.runs[node] > 0):
            cost = _rise(net, flow, node) if is_row else _fall(net, flow, node)
            if cost + worth[hub] - worth[node] >= 0:
                best = min(best, cost - worth[node])
                break
            _count(flow, node, 1 if is_row else -1, n_rows)
            _wait(flow, node)
            if flow.excess[hub] == 0:
                return
    worth[hub] = -best - epsilon
    flow.ring[2] += 1


@compiled()
def _reprice(net: Network, flow: Flow, epsilon: int) -> None:
    """Make all nodes worth less at once, by how far they are from where units are missing.

    Without it two nodes may hand a unit to and fro and lower each other by a step each time.
    """
    hub = len(net.low)
    steps = np.full(hub + 1, _NEVER)
    steps[flow.excess < 0] = 0
    flow.ring[2] = 0
    while _shorten(net, flow, steps, epsilon):
        pass
    furthest = 0
    for node in range(hub + 1):
        if steps[node] < _NEVER:
            furthest = max(furthest, steps[node])
    flow.worth[:] -= epsilon * np.minimum(steps, furthest)


@compiled()
def _shorten(net: Network, flow: Flow, steps: Ints, epsilon: int) -> bool:
    """Shorten the ways of all nodes by one more arc; tell whether that was possible."""
    hub, n_rows, worth = len(net.low), len(net.start) - 1, flow.worth
    changed = False
    for k in range(len(net.cost)):
        tail, head, cost = net.row[k], n_rows + net.column[k], net.cost[k]
        if flow.chosen[k] == 1:
            tail, head, cost = head, tail, -cost
        changed = _nearer(steps, worth, tail, head, cost, epsilon) or changed
    for node in range(hub):
        tail, head = (hub, node) if node < n_rows else (node, hub)
        if flow.runs[node] < net.high[node]:
            cost = _rise(net, flow, node)
            changed = _nearer(steps, worth, tail, head, cost, epsilon) or changed
        if flow.runs[node] > 0:
            cost = _fall(net, flow, node)
            changed = _nearer(steps, worth, head, tail, cost, epsilon) or changed
    return changed


@compiled()
def _nearer(steps: Ints, worth: Ints, tail: int, head: int, cost: int, epsilon: int) -> bool:
    """Shorten the way from a tail by way of a head; tell whether that was possible."""
    if steps[head] == _NEVER:
        return False
    reached = steps[head] + max(0, (cost + worth[tail] - worth[head]) // epsilon + 1)
    if reached < steps[tail]:
        steps[tail] = reached
        return True
    return False


@compiled()
def _tighten(net: Network, flow: Flow) -> None:
    """Turn potentials that are nearly right into right ones."""
    n_rows, hub = len(net.start) - 1, len(net.low)
    worth = flow.worth
    changed = True
    while changed:
        changed = False
        for k in range(len(net.cost)):
            row, column = net.row[k], n_rows + net.column[k]
            if flow.chosen[k] == 0 and worth[row] + net.cost[k] < worth[column]:
                worth[column] = worth[row] + net.cost[k]
                changed = True
            elif flow.chosen[k] == 1 and worth[column] - net.cost[k] < worth[row]:
                worth[row] = worth[column] - net.cost[k]
                changed = True
        for node in range(hub):
            changed = _tighten_count(net, flow, node, n_rows) or changed


@compiled()
def _tighten_count(net: Network, flow: Flow, node: int, n_rows: int) -> bool:
    """Do so for the ways between the hub and a node."""
    hub = len(net.low)
    tail, head = (hub, node) if node < n_rows else (node, hub)
    worth = flow.worth
    if flow.runs[node] < net.high[node]:
        reached = worth[tail] + _rise(net, flow, node)
        if reached < worth[head]:
            worth[head] = reached
            return True
    if flow.runs[node] > 0:
        reached = worth[head] + _fall(net, flow, node)
        if reached < worth[tail]:
            worth[tail] = reached
            return True
    return False

"""The trees of a forest as arrays, walked through side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from aurum_plugins.forecasting.arrays import FloatArray, IntArray

# Rows at a time: what they need stays in the processor's cache.
_ROWS = 512


@dataclass(frozen=True, eq=False)
class FlatForest:
    """Averages the leaves that a row falls into.

    scikit-learn asks its trees one after the other from Python, which costs some milliseconds
    however few the rows. Here all trees take a step at a time. A row's result is the same to the
    last bit alone or among others. Nothing of scikit-learn is kept: what was stored can be read
    with any version of it.

    Attributes
    ----------
    roots : ndarray of int, shape (number of trees,)
        Positions among the nodes of all trees.
    feature, threshold : ndarray of shape (number of nodes,)
        A row whose feature, as float32, is above the threshold goes right. Leaves send every row
        back to themselves.
    children : ndarray of int, shape (2 * number of nodes,)
        Left and right child of each node in turn.
    leaf : ndarray of shape (number of nodes,)
        Mean label of the training rows in the node.
    depth : int
        Steps from a root to the deepest leaf.
    """

    roots: IntArray
    feature: IntArray
    threshold: FloatArray
    children: IntArray
    leaf: FloatArray
    depth: int

    @classmethod
    def of(cls, trees: Sequence[Any]) -> Self:
        """Take over fitted trees of scikit-learn.

        Parameters
        ----------
        trees : sequence of sklearn.tree.DecisionTreeRegressor
            Of one output.
        """
        built = [tree.tree_ for tree in trees]
        counts = [tree.node_count for tree in built]
        roots = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
        own = np.arange(sum(counts))
        offset = np.repeat(roots, counts)
        left = np.concatenate([tree.children_left for tree in built])
        right = np.concatenate([tree.children_right for tree in built])
        is_leaf = left < 0
        children = np.column_stack(
            [np.where(is_leaf, own, left + offset), np.where(is_leaf, own, right + offset)]
        )
        feature = np.concatenate([tree.feature for tree in built])
        return cls(
            roots=roots,
            feature=np.where(is_leaf, 0, feature).astype(np.int64),
            threshold=np.concatenate([tree.threshold for tree in built]),
            children=children.ravel().astype(np.int64),
            leaf=np.concatenate([tree.value[:, 0, 0] for tree in built]),
            depth=max(tree.max_depth for tree in built),
        )

    def mean(self, features: FloatArray) -> FloatArray:
        """Mean of the trees' leaves, shape (n,).

        Parameters
        ----------
        features : ndarray of shape (n, d)
        """
        # As scikit-learn rounds them before it compares.
        rounded = np.ascontiguousarray(features, dtype=np.float32)
        out = np.empty(len(rounded))
        for start in range(0, len(rounded), _ROWS):
            out[start : start + _ROWS] = self._mean(rounded[start : start + _ROWS])
        return out

    def _mean(self, rows: Any) -> FloatArray:
        count, columns = rows.shape
        values = rows.ravel()
        first = np.arange(count)[:, None] * columns
        node = np.broadcast_to(self.roots, (count, len(self.roots)))
        for _ in range(self.depth):
            value = values.take(self.feature.take(node) + first)
            node = self.children.take(2 * node + (value > self.threshold.take(node)))
        # A running sum adds in one order; a plain one in an order that depends on the shape.
        return np.add.accumulate(self.leaf.take(node), axis=1)[:, -1] / len(self.roots)

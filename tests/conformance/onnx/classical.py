"""classical.py FOLDER: the classical models of ai.onnx.ml (trees, linear models, preprocessing) with ONNX Runtime's outputs."""

import numpy as np
from onnx import numpy_helper

from written import write_cases

random = np.random.default_rng(11)
TRANSFORMS = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"]
MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]


def floats(*dims):
    return (random.integers(-16, 17, dims) / 8).astype(np.float32)


def numbers(count, low=-2.0, high=2.0):
    return [float(x) for x in random.uniform(low, high, count).astype(np.float32)]


class Trees:
    """Random trees, each leaf with weights for the targets that `scores` names."""

    def __init__(self, count, depth, features, kind, scores, low=-1.0, high=1.0, modes=("BRANCH_LEQ",), missing=False):
        self.kind, self.scores, self.low, self.high = kind, scores, low, high
        self.features, self.modes, self.missing = features, modes, missing
        lists = ["treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids"]
        self.nodes = {name: [] for name in [*lists, "missing_value_tracks_true"]}
        self.leaves = {name: [] for name in ["treeids", "nodeids", "ids", "weights"]}
        for tree in range(count):
            self.numbered = 0
            self.grow(tree, depth)

    def grow(self, tree, depth):
        number, self.numbered = self.numbered, self.numbered + 1
        leaf = depth == 0 or (depth < 3 and random.random() < 0.2)
        row = dict(treeids=tree, nodeids=number, featureids=int(random.integers(self.features)),
                   values=float(random.integers(-12, 13)) / 8, modes="LEAF" if leaf else str(random.choice(self.modes)),
                   truenodeids=0, falsenodeids=0, missing_value_tracks_true=int(self.missing and random.random() < 0.5))
        at = len(self.nodes["nodeids"])
        for name, value in row.items():
            self.nodes[name].append(value)
        if leaf:
            scores = self.scores(tree)
            for target, weight in zip(scores, numbers(len(scores), self.low, self.high)):
                for name, value in dict(treeids=tree, nodeids=number, ids=target, weights=weight).items():
                    self.leaves[name].append(value)
        else:
            self.nodes["truenodeids"][at] = self.grow(tree, depth - 1)
            self.nodes["falsenodeids"][at] = self.grow(tree, depth - 1)
        return number

    def attributes(self, **more):
        nodes = {f"nodes_{name}": values for name, values in self.nodes.items()}
        return {**nodes, **{f"{self.kind}_{name}": values for name, values in self.leaves.items()}, **more}


def regressors():
    x = floats(9, 5)
    for how in ["SUM", "AVERAGE", "MIN", "MAX"]:
        trees = Trees(7, 4, 5, "target", lambda tree: [0])
        yield [1, 3], x, trees.attributes(n_targets=1, aggregate_function=how)
        trees = Trees(4, 3, 5, "target", lambda tree: [0, 1, 2])
        yield [3], x, trees.attributes(n_targets=3, aggregate_function=how, base_values=[0.5, -0.25, 1.0])
    for transform in TRANSFORMS:
        trees = Trees(3, 3, 5, "target", lambda tree: [0, 1], low=0.05, high=0.3)
        yield [3], x, trees.attributes(n_targets=2, post_transform=transform)
    for mode in MODES:
        yield [3], x, Trees(3, 4, 5, "target", lambda tree: [0], modes=[mode]).attributes(n_targets=1)
    holes = np.where(random.random((9, 5)) < 0.3, np.float32("nan"), x)
    for modes in [MODES[:1], MODES]:
        yield [3], holes, Trees(5, 4, 5, "target", lambda tree: [0], modes=modes, missing=True).attributes(n_targets=1)
    yield [1, 3], x.astype(np.float64), Trees(5, 4, 5, "target", lambda tree: [0]).attributes(n_targets=1)


def classifiers():
    """(samples, attributes): as scikit-learn's, LightGBM's and XGBoost's converters write them."""
    x = floats(9, 5)
    for transform in TRANSFORMS:
        # Two classes, one of which the leaves score. For PROBIT of the first ONNX Runtime leaves the second unwritten.
        for scored in [1] if transform == "PROBIT" else [0, 1]:
            for low in [0.0, -1.0]:
                trees = Trees(3, 3, 5, "class", lambda tree, scored=scored: [scored], low=low, high=0.3)
                yield x, trees.attributes(classlabels_int64s=[0, 1], post_transform=transform)
        trees = Trees(4, 3, 5, "class", lambda tree: [0, 1, 2], low=0.01, high=0.2)  # a forest
        yield x, trees.attributes(classlabels_int64s=[7, -3, 40], post_transform=transform)
        trees = Trees(6, 3, 5, "class", lambda tree: [tree % 3])  # boosting
        yield x, trees.attributes(classlabels_int64s=[0, 1, 2], post_transform=transform, base_values=[0.5, 0.0, -0.5])
    trees = Trees(3, 3, 5, "class", lambda tree: [int(random.integers(3))])  # leaves that score one class
    yield x, trees.attributes(classlabels_int64s=[5, 6, 7])
    trees = Trees(3, 3, 5, "class", lambda tree: [0])
    yield x, trees.attributes(classlabels_int64s=[5, 6], base_values=[0.25], post_transform="LOGISTIC")
    yield x.astype(np.float64), Trees(4, 3, 5, "class", lambda tree: [0, 1, 2]).attributes(classlabels_int64s=[0, 1, 2])
    yield x.astype(np.int64), Trees(4, 3, 5, "class", lambda tree: [0, 1, 2]).attributes(classlabels_int64s=[0, 1, 2])


def linear_models():
    for dtype in [np.float32, np.int64]:
        x = floats(7, 4).astype(dtype)
        for transform in TRANSFORMS[:3]:
            three = dict(coefficients=numbers(12), intercepts=numbers(3), post_transform=transform)
            if dtype == np.float32:  # ONNX Runtime regresses no other
                yield "LinearRegressor", x, {**three, "targets": 3}, 1
            yield "LinearClassifier", x, {**three, "classlabels_ints": [4, 9, -1], "multi_class": 1}, 2
            one = dict(coefficients=numbers(4), intercepts=numbers(1), post_transform=transform)
            yield "LinearClassifier", x, {**one, "classlabels_ints": [4, 9]}, 2
            two = dict(coefficients=numbers(8), intercepts=numbers(2), post_transform=transform)
            yield "LinearClassifier", x, {**two, "classlabels_ints": [0, 1]}, 2
    yield "LinearRegressor", floats(7, 4), dict(coefficients=numbers(8), targets=2), 1
    yield "LinearRegressor", floats(7, 4), dict(coefficients=numbers(4), intercepts=numbers(1)), 1


def preprocessing():
    for x in [floats(6, 3), floats(6, 3).astype(np.int64), floats(3)]:
        yield "Scaler", x, dict(offset=numbers(3), scale=numbers(3)), 1
        yield "Scaler", x, dict(offset=[0.5], scale=[2.0]), 1
        for norm in ["MAX", "L1", "L2"]:
            yield "Normalizer", x, dict(norm=norm), 1
    yield "Normalizer", np.zeros((2, 3), np.float32), dict(norm="L2"), 1
    holes = np.array([[1, np.nan, 3], [np.nan, 5, 1]], np.float32)
    yield "Imputer", holes, dict(imputed_value_floats=[7.0, 8.0, 9.0], replaced_value_float=float("nan")), 1
    yield "Imputer", holes, dict(imputed_value_floats=[7.0], replaced_value_float=1.0), 1
    yield "Imputer", np.array([[1, 2], [2, 3]], np.int64), dict(imputed_value_int64s=[7, 8], replaced_value_int64=2), 1
    for dtype in [np.int64, np.float32]:
        yield "OneHotEncoder", np.array([[1, 2], [5, 1]], dtype), dict(cats_int64s=[1, 2, 4], zeros=1), 1
    yield "FeatureVectorizer", floats(4, 3), dict(inputdimensions=[3]), 1


def support_vectors():
    for kernel in ["LINEAR", "POLY", "RBF", "SIGMOID"]:
        vectors = dict(coefficients=numbers(5), support_vectors=numbers(15), n_supports=5, rho=[0.25])
        yield dict(**vectors, kernel_type=kernel, kernel_params=[0.3, 2.5, 2.0])
        yield dict(**vectors, kernel_type=kernel, kernel_params=[0.3, 2.5, 2.0], one_class=1)
    yield dict(coefficients=numbers(3), rho=[-0.5], kernel_type="LINEAR", kernel_params=[0.0, 0.0, 0.0])


def voting_vectors():
    """As scikit-learn's converter writes SVC, with and without probabilities, and LinearSVC."""
    for kernel in ["LINEAR", "POLY", "RBF", "SIGMOID"]:
        for labels in [[0, 1], [7, -3, 40], [3, 1, 2, 9]]:
            count, pairs = len(labels), len(labels) * (len(labels) - 1) // 2
            per_class = [int(n) for n in random.integers(1, 4, count)]
            vectors = dict(coefficients=numbers((count - 1) * sum(per_class)), support_vectors=numbers(3 * sum(per_class)),
                           vectors_per_class=per_class, rho=numbers(pairs), classlabels_ints=labels, kernel_type=kernel,
                           kernel_params=[0.3, 0.5, 2.0])
            yield vectors
            yield dict(**vectors, prob_a=numbers(pairs, -2, -0.5), prob_b=numbers(pairs, -0.5, 0.5))
            for transform in TRANSFORMS[1:4]:
                yield dict(**vectors, post_transform=transform)
    for labels in [[4, 9], [0, 1, 2]]:
        for low in [0.0, -2.0]:
            yield dict(coefficients=numbers(3 * len(labels), low), rho=[-0.25], classlabels_ints=labels,
                       kernel_type="LINEAR", kernel_params=[0.0, 0.0, 0.0])


def encoders():
    """(version, keys, attributes)"""
    whole, parts = np.array([[3, 1], [7, -2]], np.int64), np.array([1.5, np.nan, -2, 8], np.float32)
    yield 2, whole, dict(keys_int64s=[1, 3, -2], values_floats=[0.5, 1.5, -1.0], default_float=9.0)
    yield 2, whole, dict(keys_int64s=[1, 3], values_int64s=[10, 30])
    yield 4, parts, dict(keys_floats=[1.5, float("nan"), 8.0], values_int64s=[10, 20, 30], default_int64=-7)
    yield 2, parts, dict(keys_floats=[1.5, 8.0], values_floats=[0.25, 0.5])
    doubles = [numpy_helper.from_array(np.array(x, np.float64)) for x in ([1.5, 8.0], [0.25, 0.5], [7.5])]
    tensors = dict(zip(["keys_tensor", "values_tensor", "default_tensor"], doubles))
    yield 4, parts.astype(np.float64), tensors


def forms():
    for versions, x, attributes in regressors():
        yield "TreeEnsembleRegressor", versions, [x], attributes, 1
    for x, attributes in classifiers():
        yield "TreeEnsembleClassifier", [1, 3], [x], attributes, 2
    for op, x, attributes, results in [*linear_models(), *preprocessing()]:
        yield op, [1], [x], attributes, results
    for attributes in support_vectors():
        yield "SVMRegressor", [1], [floats(6, 3)], attributes, 1
    for attributes in voting_vectors():
        yield "SVMClassifier", [1], [floats(6, 3)], attributes, 2
    for version, keys, attributes in encoders():
        yield "LabelEncoder", [version], [keys], attributes, 1
    yield "FeatureVectorizer", [1], [floats(4, 3), floats(4, 2)], dict(inputdimensions=[3, 2]), 1


write_cases(forms(), "ai.onnx.ml")

# Values that the cases speak of; `np` is NumPy, or walle.np.
def v(dtype):
    return np.array([0, 1, 2, 3], dtype=dtype)


def w(dtype):
    return np.array([1, 3, 1, 2], dtype=dtype)


def u(dtype):
    return np.array([3, 1, 2, 3, 0], dtype=dtype)


def m(dtype):
    return np.array([[1, 0, 2], [3, 1, 0]], dtype=dtype)


class _Index:
    def __getitem__(self, key):
        return key


def put(array, change):
    copy = array.copy()
    change(copy)
    return copy


ix = _Index()
a = np.arange(12).reshape(3, 4)
t = np.arange(18).reshape(2, 3, 3)
f = np.array([[1.5, -2.25, 3.125], [0.5, 4.75, -1.0]])

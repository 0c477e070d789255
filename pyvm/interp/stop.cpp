#include "pyvm/interp/stop.h"

// Py_AddPendingCall reaches the main interpreter only, and PyThreadState_SetAsyncExc needs that interpreter's GIL and a
// second thread state in it, which would make a watchdog wait behind a C loop and race with the interpreter's end.
// CPython 3.13 exports this function for its own test modules; the image is pinned, and a test notices a change.
extern "C" int _PyEval_AddPendingCall(PyInterpreterState* interpreter, int (*function)(void*), void* argument,
                                      int flags);

namespace walle::pyvm {

bool call_at_next_boundary(PyInterpreterState* interpreter, int (*function)(void*), void* argument) {
  return _PyEval_AddPendingCall(interpreter, function, argument, 0) == 0;
}

}  // namespace walle::pyvm

#pragma once

#include <Python.h>

namespace walle::pyvm {

/// Has `function(argument)` called by the interpreter's own thread at its next bytecode boundary; an exception that the
/// function sets (and -1) is raised there. From any thread, without a GIL; the interpreter must exist.
/// False if the queue is full (an earlier request has not been served yet).
bool call_at_next_boundary(PyInterpreterState* interpreter, int (*function)(void*), void* argument);

}  // namespace walle::pyvm

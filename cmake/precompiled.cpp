// The object that owns the precompiled header; see walle_compiler.cmake.

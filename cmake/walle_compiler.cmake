# Flags for all of our own code: warnings are errors, sections are collected, sanitizers by preset.
add_library(walle_flags INTERFACE)
target_compile_options(walle_flags INTERFACE
  -Wall -Wextra -Wconversion -Werror -fvisibility=hidden -ffunction-sections -fdata-sections -fno-math-errno -fPIC)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(walle_flags INTERFACE -Wno-gnu-statement-expression -Wno-shadow -Wno-missing-field-initializers)
else()
  # gcc 12 warns about partially given designated initialisers, which are the point of designated initialisers.
  # Its -Wrestrict, -Warray-bounds and -Wstringop-* report inlined std::string code that is right (gcc bug 105651).
  target_compile_options(walle_flags INTERFACE -Wno-missing-field-initializers -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-maybe-uninitialized)
endif()
target_include_directories(walle_flags INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated ${CMAKE_SOURCE_DIR}/libwalle/include)
target_link_options(walle_flags INTERFACE -Wl,--gc-sections)
if(WALLE_SANITIZE)
  add_compile_options(-fsanitize=${WALLE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_compile_options(-fno-sanitize=vptr)  # it asks the kernel about addresses, which the filter of walle-vmd refuses
  endif()
  add_link_options(-fsanitize=${WALLE_SANITIZE})
endif()
find_program(WALLE_LLD ld.lld-14 ld.lld)
if(WALLE_LLD AND NOT WALLE_SANITIZE)
  add_link_options(-fuse-ld=lld)
endif()
# Off by default: a first build only pays for it (it hashes the precompiled header for each file).
option(WALLE_CCACHE "Compile through ccache" OFF)
if(WALLE_CCACHE)
  find_program(WALLE_CCACHE_PROGRAM ccache REQUIRED)
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${WALLE_CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()

# walle_coverage(TARGET): libFuzzer sees which branches of this target an input takes. Kernels are left out: it would only
# make them slow.
function(walle_coverage TARGET)
  if(WALLE_FUZZERS)
    target_compile_options(${TARGET} PRIVATE -O1 -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# walle_precompiled(NAME FOLDERS regex LINK target ... HEADERS header ...): headers that many files read, parsed once. The
# modules and programs in folders that match `regex` use them; where several match, the one that was named last.
function(walle_precompiled NAME)
  cmake_parse_arguments(H "" "FOLDERS" "LINK;HEADERS" ${ARGN})
  add_library(${NAME} OBJECT ${CMAKE_SOURCE_DIR}/cmake/precompiled.cpp)
  target_link_libraries(${NAME} PRIVATE walle_flags ${H_LINK})
  walle_coverage(${NAME})
  target_precompile_headers(${NAME} PRIVATE <algorithm> <array> <filesystem> <functional> <map> <memory> <optional> <span> <string>
    <string_view> <variant> <vector> <tl/expected.hpp> ${H_HEADERS})
  if(H_FOLDERS)
    set_property(GLOBAL APPEND PROPERTY WALLE_PRECOMPILED ${NAME})
    set_property(GLOBAL PROPERTY WALLE_PRECOMPILED_FOLDERS_${NAME} "${H_FOLDERS}")
  endif()
endfunction()

function(walle_use_precompiled TARGET FOLDER)
  get_property(names GLOBAL PROPERTY WALLE_PRECOMPILED)
  foreach(name IN LISTS names)
    get_property(folders GLOBAL PROPERTY WALLE_PRECOMPILED_FOLDERS_${name})
    if(FOLDER MATCHES "${folders}")
      set(precompiled ${name})
    endif()
  endforeach()
  walle_coverage(${TARGET})  # what reads a precompiled header has to be compiled as it was
  target_precompile_headers(${TARGET} REUSE_FROM ${precompiled})
endfunction()

# The engine's files go without JSON's header: it costs each file that reads it half a second, precompiled or not.
# Kernels and backends, which include none of these, go without any.
walle_precompiled(walle_json_pch FOLDERS "^" HEADERS <nlohmann/json.hpp>)
walle_precompiled(walle_pch FOLDERS "^libwalle")
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(walle_flags INTERFACE -fpch-preprocess -Wno-invalid-pch)
endif()

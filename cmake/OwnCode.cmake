# Flags for code written here, kept off the code of others.
add_library(own_code INTERFACE)
target_compile_options(own_code INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlapping copies in std::string's operator+ that are not there (GCC bug 105651).
  target_compile_options(own_code INTERFACE -Wno-restrict)
endif()

if(CLUSTERSPEC_COVERAGE)
  # With relocated counters the runtime can map them into the file of counts, where they survive SIGKILL and _exit, and
  # where a fork counts too (Clang's "Source-based Code Coverage", continuous mode).
  target_compile_options(own_code INTERFACE
    -fprofile-instr-generate -fcoverage-mapping "SHELL:-mllvm -runtime-counter-relocation")
  target_link_options(own_code INTERFACE -fprofile-instr-generate)
endif()

if(CLUSTERSPEC_FUZZ)
  target_compile_options(own_code INTERFACE -fsanitize=fuzzer-no-link)
  # The parser's states are what the fuzzer of responses must see.
  target_compile_options(llhttp PRIVATE -fsanitize=fuzzer-no-link,address)
endif()

if(CLUSTERSPEC_SANITIZE)
  target_compile_options(own_code INTERFACE -fsanitize=${CLUSTERSPEC_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(own_code INTERFACE -fsanitize=${CLUSTERSPEC_SANITIZE})
  if(CLUSTERSPEC_SANITIZE MATCHES "undefined")
    target_compile_options(own_code INTERFACE -fno-sanitize-recover=undefined)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # With -fsanitize=address GCC 12 sees uninitialised members inside std::regex and Catch2 (GCC bug 105562).
    target_compile_options(own_code INTERFACE -Wno-maybe-uninitialized)
  endif()
  if(CLUSTERSPEC_SANITIZE MATCHES "thread")
    target_compile_options(own_code INTERFACE -Wno-tsan)
  endif()
endif()

# A room of the harness: one static library that links only the rooms named after DEPENDS.
function(clusterspec_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  add_library(${name} STATIC ${ROOM_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/harness ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ROOM_DEPENDS} ${ROOM_LIBRARIES} PRIVATE own_code)
endfunction()

# With a sanitizer everything takes longer.
function(clusterspec_limits name label minutes)
  if(CLUSTERSPEC_SANITIZE)
    math(EXPR minutes "4 * ${minutes}")
  endif()
  math(EXPR seconds "60 * ${minutes}")
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT ${seconds})
endfunction()

# A test program of a room. label: unit | golden | process
function(clusterspec_test name label)
  if(NOT CLUSTERSPEC_TESTS)
    return()
  endif()
  cmake_parse_arguments(TEST "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  # Tests of different things have names in common: each file stays a translation unit.
  set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  target_link_libraries(${name} PRIVATE ${TEST_DEPENDS} catch2_main own_code)
  # Assertions are many and run once: -O3 takes half as long again to compile them, and gains nothing.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  target_compile_definitions(${name} PRIVATE SOURCE_DIR="${CMAKE_SOURCE_DIR}" BINARY_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  clusterspec_limits(${name} ${label} 5)
endfunction()

# A test of whole programs. minutes: its deadline, on a machine that has nothing else to do
function(clusterspec_program_test name label minutes)
  add_test(NAME ${name} COMMAND ${ARGN})
  clusterspec_limits(${name} ${label} ${minutes})
  # The leak sanitizer starts a process at the end of each program, which the harness would blame the server for.
  set_tests_properties(${name} PROPERTIES ENVIRONMENT ASAN_OPTIONS=detect_leaks=0)
endfunction()

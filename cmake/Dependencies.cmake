# What is used from outside, each from a Debian 12 package (ci/setup installs them), and why:
#   fmt           formatting, faster to compile and safer than streams
#   toml++        reads scenarios and implementations, with the position of each key
#   CLI11         the command lines of both programs
#   nlohmann-json journal lines, the JSON report, the schemas of TOML files
#   pugixml       writes the JUnit report, so that escaping is not ours
#   tl::expected  errors as values before C++23's std::expected
#   llhttp        parses HTTP for the server and for the probe, the parser that node uses
#   libmnl        netlink framing for inet_diag
#   libarchive    packs and unpacks capsules, which come from elsewhere and may be hostile
#   asio          event loop of the reference server
#   Catch2        tests
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(pugixml REQUIRED)
find_package(tl-expected REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)

find_path(ASIO_INCLUDE_DIR asio.hpp REQUIRED)
add_library(asio INTERFACE)
target_include_directories(asio SYSTEM INTERFACE ${ASIO_INCLUDE_DIR})
# One thread a process: Asio without its locks is faster and cannot hide a thread that would break fork.
target_compile_definitions(asio INTERFACE ASIO_STANDALONE ASIO_DISABLE_THREADS ASIO_NO_DEPRECATED)
target_link_libraries(asio INTERFACE Threads::Threads)

# The archive, of which the linker takes what reads and writes a .tar.gz: the shared library brings libxml2, ICU and ten
# more, which a program of ours would load at each start. What it needs for other formats is dropped as well, by section.
find_package(ZLIB REQUIRED)
find_path(LIBARCHIVE_INCLUDE_DIR archive.h REQUIRED)
find_library(LIBARCHIVE_LIBRARY libarchive.a REQUIRED)
add_library(libarchive INTERFACE)
target_include_directories(libarchive SYSTEM INTERFACE ${LIBARCHIVE_INCLUDE_DIR})
target_link_libraries(libarchive INTERFACE ${LIBARCHIVE_LIBRARY} ZLIB::ZLIB)
target_link_options(libarchive INTERFACE -Wl,--gc-sections)

find_library(MNL_LIBRARY mnl REQUIRED)
add_library(mnl INTERFACE)
target_link_libraries(mnl INTERFACE ${MNL_LIBRARY})

# Debian ships llhttp as the C sources of its node-llhttp package, not as a library.
find_path(LLHTTP_SOURCE_DIR llhttp.c PATHS /usr/share/llhttp NO_DEFAULT_PATH REQUIRED)
find_path(LLHTTP_INCLUDE_DIR llhttp.h PATHS /usr/share/include/llhttp NO_DEFAULT_PATH REQUIRED)
file(GLOB LLHTTP_SOURCES ${LLHTTP_SOURCE_DIR}/*.c)
add_library(llhttp STATIC ${LLHTTP_SOURCES})
target_include_directories(llhttp SYSTEM PUBLIC ${LLHTTP_INCLUDE_DIR})
set_target_properties(llhttp PROPERTIES C_STANDARD 11 UNITY_BUILD OFF)
target_compile_options(llhttp PRIVATE -w)

if(CLUSTERSPEC_TESTS)
  # Debian's python, which has Debian's python packages, and not another one that comes first in PATH.
  if(EXISTS /usr/bin/python3 AND NOT Python3_EXECUTABLE)
    set(Python3_EXECUTABLE /usr/bin/python3)
  endif()
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  find_path(CATCH2_INCLUDE_DIR catch2/catch.hpp REQUIRED)
  add_library(catch2 INTERFACE)
  target_include_directories(catch2 SYSTEM INTERFACE ${CATCH2_INCLUDE_DIR})
  # Catch2 2.x installs signal handlers of its own; tests of signal code must see the real dispositions.
  target_compile_definitions(catch2 INTERFACE CATCH_CONFIG_NO_POSIX_SIGNALS)
  # Catch2's own main, the longest of all compilations: once for every test program, and without sanitizers.
  add_library(catch2_main STATIC ${CMAKE_CURRENT_LIST_DIR}/catch_main.cpp)
  target_link_libraries(catch2_main PUBLIC catch2)
endif()

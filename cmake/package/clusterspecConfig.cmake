# find_package(clusterspec) gives the program, in CLUSTERSPEC_PROGRAM, and clusterspec_add_tests().
#
#   clusterspec_add_tests(TARGET target IMPLEMENTATION file
#     [SUITE documented|production|all] [PATTERNS pattern…] [BASELINE file] [STRICT_BASELINE]
#     [TIME_SCALE factor] [RETRIES number] [TIMEOUT seconds] [LABELS label…] [ARGUMENTS argument…])
#
# makes a CTest test of each case that `clusterspec list` names for that implementation, with the target as its server.
# The list is made when ctest starts, so that it is that of the scenarios that are installed then. A case that means
# nothing for the server or cannot run on the machine is skipped, a failure that the baseline names passes.
# Journals and capsules are kept in clusterspec-results/ of the build folder.
get_filename_component(_clusterspec_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
find_program(CLUSTERSPEC_PROGRAM clusterspec HINTS "${_clusterspec_prefix}/bin")
if(NOT CLUSTERSPEC_PROGRAM)
  set(clusterspec_FOUND FALSE)
  set(clusterspec_NOT_FOUND_MESSAGE "the program clusterspec is not in ${_clusterspec_prefix}/bin, nor in PATH")
  return()
endif()
set(_clusterspec_discover "${CMAKE_CURRENT_LIST_DIR}/discover.cmake.in")

function(clusterspec_add_tests)
  cmake_parse_arguments(IT "STRICT_BASELINE" "TARGET;IMPLEMENTATION;SUITE;BASELINE;TIME_SCALE;RETRIES;TIMEOUT"
    "PATTERNS;LABELS;ARGUMENTS" ${ARGN})
  foreach(needed TARGET IMPLEMENTATION)
    if(NOT IT_${needed})
      message(FATAL_ERROR "clusterspec_add_tests: ${needed} is missing")
    endif()
  endforeach()
  if(IT_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "clusterspec_add_tests: what is ${IT_UNPARSED_ARGUMENTS}?")
  endif()
  if(NOT IT_SUITE)
    set(IT_SUITE documented)
  endif()
  if(NOT IT_TIMEOUT)
    set(IT_TIMEOUT 300)
  endif()
  get_filename_component(implementation "${IT_IMPLEMENTATION}" ABSOLUTE)
  set(results "${CMAKE_CURRENT_BINARY_DIR}/clusterspec-results")
  set(arguments --config=none --suite ${IT_SUITE} -i "${implementation}" --executable "$<TARGET_FILE:${IT_TARGET}>"
    --results "${results}")
  if(IT_BASELINE)
    get_filename_component(baseline "${IT_BASELINE}" ABSOLUTE)
    list(APPEND arguments --baseline "${baseline}")
  endif()
  if(IT_STRICT_BASELINE)
    list(APPEND arguments --strict-baseline)
  endif()
  if(IT_TIME_SCALE)
    list(APPEND arguments --time-scale ${IT_TIME_SCALE})
  endif()
  if(IT_RETRIES)
    list(APPEND arguments --retries ${IT_RETRIES})
  endif()
  list(APPEND arguments ${IT_ARGUMENTS})
  # As arguments of a command in a script: in bracket quotes nothing of them has a meaning.
  set(quoted "")
  foreach(argument IN LISTS arguments)
    string(APPEND quoted " [==[${argument}]==]")
  endforeach()
  set(listed "[==[--suite]==] [==[${IT_SUITE}]==] [==[-i]==] [==[${implementation}]==]")
  foreach(pattern IN LISTS IT_PATTERNS)
    string(APPEND listed " [==[${pattern}]==]")
  endforeach()
  set(script "${CMAKE_CURRENT_BINARY_DIR}/clusterspec-${IT_TARGET}.cmake")
  configure_file("${_clusterspec_discover}" "${script}.in" @ONLY)
  file(GENERATE OUTPUT "${script}" INPUT "${script}.in")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${script}")
endfunction()

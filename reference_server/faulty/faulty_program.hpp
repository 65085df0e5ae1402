#pragma once
// The program around the table of faults. The fault is an ordinary option of the command line, so that
// workers keep it as they keep every other argument.
#include <string>
#include <vector>

namespace faulty_server {

// `argv` with the program's name. Returns the exit code.
int run(const std::vector<std::string>& argv);

}  // namespace faulty_server

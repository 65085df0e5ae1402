#pragma once
// The reference server with exactly one decision broken: what a conformance suite has to find. One row of the
// tables in starting_, tracking_, ending_, production_ and surroundings_faults.cpp is one fault; nothing else
// has to be touched to add one.
#include <functional>
#include <span>
#include <string_view>

#include "reference_server/policy.hpp"

namespace faulty_server {

struct Fault {
  std::string_view name;
  std::string_view breaks;    // ids of the requirements it breaks, separated by commas
  std::string_view sentence;  // what the server does wrong
  void (*apply)(reference_server::Policy&);
  // Of a fault that is no decision: runs the program and gives its exit code.
  int (*around)(const std::function<int()>& run) = nullptr;
};

std::span<const Fault> faults();
const Fault* find_fault(std::string_view name);

}  // namespace faulty_server

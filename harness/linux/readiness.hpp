// What the loop reports, in words, so that no other room needs the kernel's constants (epoll(7)).
#pragma once

#include <cstdint>
#include <vector>

namespace clusterspec {

extern const std::uint32_t k_readable, k_writable;
bool is_hangup(std::uint32_t events);
bool is_readable(std::uint32_t events);
// The peer sends no more, and the connection is whole: behind what is there to be read comes its end.
bool is_end_of_stream(std::uint32_t events);

// Of each of these what is there to be read or has hung up at this moment, with one call.
std::vector<std::uint32_t> events_now(const std::vector<int>& fds);

}  // namespace clusterspec

#include "drive/version.hpp"

#include <array>

#include "linux/loop.hpp"
#include "linux/process.hpp"
#include "linux/readiness.hpp"
#include "linux/stream.hpp"

namespace clusterspec {

std::string program_version(const Implementation& implementation, const std::string& executable) {
  if (implementation.version.empty()) return {};
  auto pipe = make_pipe();
  auto null = open_null();
  if (!pipe || !null) return {};
  SpawnRequest request;
  request.executable = executable;
  request.arguments.push_back(executable);
  request.arguments.insert(request.arguments.end(), implementation.version.begin(),
                           implementation.version.end());
  request.environment = own_environment();
  request.input = null->get();
  request.output = request.error = pipe->write.get();
  const auto spawned = spawn(request);
  if (!spawned) return {};
  pipe->write.reset();
  set_nonblocking(pipe->read.get());
  std::string text;
  bool ended = false;
  Loop loop;
  loop.watch(pipe->read.get(), k_readable, [&](std::uint32_t) {
    std::array<char, 4096> buffer;
    const long got = read_some(pipe->read.get(), buffer.data(), buffer.size());
    if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
    ended = got <= 0 || text.size() > 4096;
    if (ended) loop.forget(pipe->read.get());
  });
  loop.run_until([&] { return ended; }, now_ns() + 2'000'000'000);
  send_signal_by_pidfd(spawned->pidfd.get(), Signal{9});
  wait_for_child(spawned->pid);
  return printable(text.substr(0, text.find('\n')), 100);
}

}  // namespace clusterspec

#include "linux/sentinel.hpp"

#include <poll.h>
#include <sched.h>
#include <unistd.h>

namespace clusterspec {

Result<std::unique_ptr<Sentinel>> Sentinel::start(Duration interval, std::function<bool()> look) {
  auto stop = make_pipe(), told = make_pipe();
  if (!stop) return tl::unexpected(stop.error());
  if (!told) return tl::unexpected(told.error());
  std::unique_ptr<Sentinel> sentinel(new Sentinel(std::move(*stop), std::move(*told)));
  sentinel->m_thread =
      std::thread([raw = sentinel.get(), interval, look = std::move(look)] { raw->run(interval, look); });
  return sentinel;
}

Sentinel::~Sentinel() {
  // Not by closing: a process between its fork and its execve has a copy of this end.
  (void)!::write(m_stop.write.get(), "!", 1);
  m_thread.join();
}

void Sentinel::run(Duration interval, const std::function<bool()>& look) {
  const sched_param lowest{::sched_get_priority_min(SCHED_RR)};
  ::sched_setscheduler(0, SCHED_RR, &lowest);  // of this thread alone; refused: as any other
  const int milliseconds = static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(interval).count());
  pollfd stop{m_stop.read.get(), POLLIN, 0};
  while (!look())
    if (::poll(&stop, 1, milliseconds) > 0) return;
  (void)!::write(m_told.write.get(), "!", 1);
}

}  // namespace clusterspec

// How many processes there are below this one, asked again and again while a server may be making more of
// them.
#pragma once

#include "linux/fd.hpp"
#include "model/units.hpp"

namespace clusterspec {

struct Population {
  int processes = 0, threads = 0;
};

// Process 1 of a pid namespace asks for every pid up to the last one given out, which is cheap, or for all,
// which costs about 1 ms: pids come round, and those given out before the last round are above the last one.
enum class Sweep { up_to_last_pid, all_pids };

class Census {
 public:
  // To be made before the server runs: opening a file of /proc can wait for any process that does the same,
  // and such a one may not get the processor for seconds where a server makes many. Reading does not wait.
  Census();

  // Zombies count. Process 1 of a pid namespace has threads of its own among them. Threads are not counted
  // where there are more processes than `most`. Process 1 allocates nothing for it.
  Population count(int most, Sweep sweep = Sweep::all_pids) const;

 private:
  Pid last_pid() const;  // of this pid namespace; 0: not known

  Fd m_loadavg;
};

}  // namespace clusterspec

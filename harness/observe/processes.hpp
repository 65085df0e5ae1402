// The life of every process of the cluster: seen first, described, ended, waited for.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "linux/loop.hpp"
#include "linux/procfs.hpp"
#include "observe/recorder.hpp"

namespace clusterspec {

class ProcessWatch {
 public:
  ProcessWatch(Loop& loop, Recorder& recorder) : m_loop(loop), m_recorder(recorder) {}
  ~ProcessWatch();
  ProcessWatch(const ProcessWatch&) = delete;
  ProcessWatch& operator=(const ProcessWatch&) = delete;

  // Records that there is a new process, with what is known of its place.
  void appeared(Pid pid, Source source);
  // Some server's processes are in a pid namespace of its own: their pids there are asked for too.
  void nested() { m_nested = true; }
  // Follows the process until it has been waited for. True if it was not known.
  bool track(Pid pid);
  // Looks take up no more processes than this. Each costs a descriptor, and a server that starts processes
  // without end must not use up ours before it is stopped.
  void at_most(std::size_t processes) { m_most = processes; }
  bool full() const;
  bool known(Pid pid) const { return m_watched.contains(pid); }
  int pidfd(Pid pid) const;

  // Records everyone who has ended by now. Called before an event that must not overtake an end: so the order
  // of events is the order of causes, whichever descriptor the loop happened to look at first.
  void sweep();
  // True if `sweep` would find anything, or one of these descriptors has anything to read: one call.
  bool anything_new(std::vector<int> also) const;

  // A process that was born is to be described.
  void description_due(Pid pid) { m_due[pid] = {}; }
  // It stands before an execve, and is to be described when that is done: looks pass it over until its image
  // is another, its own next watched call tells that anyway.
  void description_due_after_execve(Pid pid);
  void describe_if_due(Pid pid, Source source);
  void describe_all_due();

  // Records all processes of the cell, and takes up those that nothing has reported yet.
  void look(const std::string& occasion);
  std::vector<Pid> alive() const;

 private:
  using Image = decltype(ProcessStat::image);
  struct Watched {
    Fd pidfd;
    bool ended = false;
    bool adopted = false;
  };
  void on_event(Pid pid, std::uint32_t events);
  void ended(Pid pid, Watched& watched);

  Loop& m_loop;
  Recorder& m_recorder;
  std::map<Pid, Watched> m_watched;
  std::map<Pid, Image> m_due;  // with the image that does not count
  std::size_t m_most = 512;
  bool m_nested = false;
};

}  // namespace clusterspec

// What the cluster prints, as lines, each with the process that wrote it where the kernel tells
// (SO_PASSCRED).
#pragma once

#include <string>

#include "linux/loop.hpp"
#include "observe/recorder.hpp"

namespace clusterspec {

class OutputReader {
 public:
  OutputReader(Loop& loop, Recorder& recorder, Fd fd, Stream stream);
  ~OutputReader();
  OutputReader(const OutputReader&) = delete;
  OutputReader& operator=(const OutputReader&) = delete;

  // Records all that has been written by now.
  void drain();
  // For a look whether there is anything to drain; -1: no more.
  int fd() const { return m_open ? m_fd.get() : -1; }
  // Reads no more: what is written stays where it is, until that is full.
  void stop();
  // Nobody can read it any more: who writes is told so.
  void hang_up();
  // Nothing comes any more: a last line without its end is recorded as it is.
  void finish();

 private:
  void take(std::string_view bytes, Pid writer);
  void end_line(bool ended);

  Loop& m_loop;
  Recorder& m_recorder;
  Fd m_fd;
  Stream m_stream;
  std::string m_line;
  Pid m_writer = 0;
  bool m_mixed = false, m_cut = false, m_open = true;
  int m_lines = 0;
  std::size_t m_bytes = 0;
  std::int64_t m_dropped = 0, m_cut_bytes = 0;
};

}  // namespace clusterspec

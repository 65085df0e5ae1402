// Runs cases side by side, each in its own cell, and judges each from the journal that its cell sent. A cell
// that crashes, hangs or is killed is an error of that case only.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "drive/case_driver.hpp"
#include "drive/timings.hpp"
#include "linux/deferred_close.hpp"
#include "linux/shared_page.hpp"
#include "model/verdict.hpp"

namespace clusterspec {

struct RunOptions {
  CellOptions cell;  // without its descriptors
  int jobs = 1;
  int busy = 0;  // processes that keep processors busy while cases run
};

class Scheduler {
 public:
  struct Callbacks {
    std::function<void(const Case& one)> begun;
    std::function<void()> tick;  // about once a second, for a display that shows time
    // The text is the journal as it came, for keeping.
    std::function<void(CaseResult& result, const std::string& journal)> ended;
    // After `ended`; where it is not set times are not taken.
    std::function<void(CaseTimings timings)> timed = {};
  };

  Scheduler(const RunOptions& options, Callbacks callbacks);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Every case; `repetition` as CaseResult has it. False: interrupted by SIGINT or SIGTERM before all were
  // done; then every cell has been ended.
  Result<bool> run(const std::vector<Case>& cases, int repetition);

  // From a callback: no further case starts, those that run go on to their end.
  void stop() { m_stopped = true; }

 private:
  struct Cell {
    const Case* one = nullptr;
    CellProcess process;
    Fd journal;
    std::string text;
    std::int64_t began = 0, noticed = 0;
    SharedPage marks;
    bool ended = false, overdue = false;
    Loop::TimerId watchdog = 0;
  };
  Result<void> start(const Case& one);
  void read_journal_of(Cell& cell);
  void finish(std::size_t index);
  void skip(const Case& one);
  void on_interrupt();

  RunOptions m_options;
  Callbacks m_callbacks;
  Loop m_loop;
  Fd m_signals;
  Pipe m_lifeline;
  DeferredClose m_closer;
  std::vector<std::unique_ptr<Cell>> m_cells;
  int m_repetition = 0;
  bool m_interrupted = false, m_stopped = false;
};

}  // namespace clusterspec

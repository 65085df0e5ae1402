#include "drive/scheduler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <new>
#include <optional>

#include "drive/cell.hpp"
#include "drive/judging.hpp"
#include "linux/busy.hpp"
#include "linux/process.hpp"
#include "linux/readiness.hpp"
#include "linux/stream.hpp"
#include "linux/terminal.hpp"

namespace clusterspec {
namespace {

// Beyond every deadline of its own a cell gets this long, then it is our fault and not the server's.
constexpr Duration k_overdue = std::chrono::seconds(30);

constexpr Duration k_tick = std::chrono::seconds(1);

Duration deadlines_of(const Case& one) {
  Duration sum = one.implementation->start_within;
  for (const Step& step : one.scenario.steps) {
    if (const auto* await = std::get_if<Await>(&step.action))
      sum += await->within.value_or(one.implementation->start_within);
    else if (const auto* open = std::get_if<Open>(&step.action))
      sum += 2 * open->within;
    else
      sum += std::chrono::seconds(1);
  }
  return sum;
}

}  // namespace

Scheduler::Scheduler(const RunOptions& options, Callbacks callbacks)
    : m_options(options), m_callbacks(std::move(callbacks)) {}

Scheduler::~Scheduler() {
  if (m_signals) m_loop.forget(m_signals.get());
}

Result<void> Scheduler::start(const Case& one) {
  auto pipe = make_pipe();
  if (!pipe) return tl::unexpected(pipe.error());
  auto cell = std::make_unique<Cell>();
  cell->one = &one;
  cell->began = now_ns();
  CellOptions options = m_options.cell;
  options.journal = pipe->write.get();
  options.lifeline = m_lifeline.read.get();
  options.closer = m_closer.socket();
  if (m_callbacks.timed) {
    auto marks = SharedPage::make();
    if (!marks) return tl::unexpected(marks.error());
    cell->marks = std::move(*marks);
    options.marks = new (cell->marks.as<CellMarks>()) CellMarks;
  }
  std::vector<int> kept = {options.journal, options.lifeline};
  if (options.closer >= 0) kept.push_back(options.closer);
  auto process = start_cell(options.isolation, kept, [&] { return run_cell(one, options); });
  if (!process) return tl::unexpected(process.error());
  cell->process = std::move(*process);
  cell->journal = std::move(pipe->read);
  set_nonblocking(cell->journal.get());
  Cell* raw = cell.get();
  m_loop.watch(raw->journal.get(), k_readable, [this, raw](std::uint32_t) { read_journal_of(*raw); });
  m_loop.watch(raw->process.pidfd.get(), k_readable, [this, raw](std::uint32_t) {
    m_loop.forget(raw->process.pidfd.get());
    raw->ended = true;
    raw->noticed = now_ns();
  });
  const Duration most = deadlines_of(one) + k_overdue;
  raw->watchdog = m_loop.after(
      Duration(static_cast<std::int64_t>(static_cast<double>(most.count()) * options.time_scale)), [raw] {
        raw->overdue = true;
        send_signal_by_pidfd(raw->process.pidfd.get(), Signal{SIGKILL});
      });
  m_cells.push_back(std::move(cell));
  m_callbacks.begun(one);
  return {};
}

void Scheduler::read_journal_of(Cell& cell) {
  std::array<char, 65536> buffer;
  for (int pieces = 0; pieces < 64; ++pieces) {
    const long got = read_some(cell.journal.get(), buffer.data(), buffer.size());
    if (got == -EAGAIN) return;
    if (got <= 0) {
      m_loop.forget(cell.journal.get());
      cell.journal.reset();
      return;
    }
    cell.text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

void Scheduler::finish(std::size_t index) {
  const std::unique_ptr<Cell> cell = std::move(m_cells[index]);
  m_cells.erase(m_cells.begin() + static_cast<std::ptrdiff_t>(index));
  m_loop.cancel(cell->watchdog);
  // A process that a killed cell left behind may hold the pipe open: what came by now is all there is.
  if (cell->journal) m_loop.forget(cell->journal.get());
  reap_child(cell->process.pid);
  if (m_interrupted) return;
  CaseResult result = judge_text(*cell->one, cell->text);
  if (cell->overdue) {
    result.judgement = {};
    set_all(result.judgement, *cell->one, Verdict::error, "the cell did not end by itself and was killed");
  }
  result.repetition = m_repetition;
  CaseMarks marks{cell->began, cell->noticed, now_ns(), 0};
  result.seconds = static_cast<double>(marks.judged - marks.started) / 1e9;
  std::optional<CaseTimings> timings;
  if (m_callbacks.timed) {
    timings = timings_of(result.journal, *cell->marks.as<CellMarks>(), marks);
    timings->case_id = result.id;
    timings->repetition = result.repetition;
  }
  m_callbacks.ended(result, cell->text);
  if (!timings) return;
  marks.reported = now_ns();
  add_reporting(*timings, marks);
  m_callbacks.timed(std::move(*timings));
}

void Scheduler::skip(const Case& one) {
  m_callbacks.begun(one);
  CaseResult result = empty_result(one);
  set_all(result.judgement, one, Verdict::skip, *one.skip);
  result.repetition = m_repetition;
  m_callbacks.ended(result, {});
}

void Scheduler::on_interrupt() {
  while (next_signal(m_signals) != 0) {
    if (m_interrupted)  // asked twice: no more clean-up by the cells themselves
      for (const auto& cell : m_cells) send_signal_by_pidfd(cell->process.pidfd.get(), Signal{SIGKILL});
    m_interrupted = true;
    m_lifeline.write.reset();
  }
}

Result<bool> Scheduler::run(const std::vector<Case>& cases, int repetition) {
  m_repetition = repetition;
  if (!m_signals) {
    auto signals = signals_as_descriptor({SIGINT, SIGTERM, SIGHUP});
    if (!signals) return tl::unexpected(signals.error());
    m_signals = std::move(*signals);
    m_loop.watch(m_signals.get(), k_readable, [this](std::uint32_t) { on_interrupt(); });
    auto lifeline = make_pipe();
    if (!lifeline) return tl::unexpected(lifeline.error());
    m_lifeline = std::move(*lifeline);
    if (m_options.cell.isolation != Isolation::none) {
      auto closer = DeferredClose::start();
      if (!closer) return tl::unexpected(closer.error());
      m_closer = std::move(*closer);
    }
    adopt_orphans();
  }
  auto busy = BusyProcesses::start(m_options.busy);
  if (!busy) return tl::unexpected(busy.error());
  std::size_t next = 0;
  const auto finished = [](const std::unique_ptr<Cell>& cell) { return cell->ended; };
  while (!m_interrupted && ((next < cases.size() && !m_stopped) || !m_cells.empty())) {
    while (!m_interrupted && !m_stopped && next < cases.size() &&
           static_cast<int>(m_cells.size()) < m_options.jobs) {
      const Case& one = cases[next++];
      if (one.skip) {
        skip(one);
      } else if (const auto started = start(one); !started) {
        return tl::unexpected(started.error());
      }
    }
    if (m_cells.empty()) continue;
    const bool something = m_loop.run_until(
        [&] { return m_interrupted || std::any_of(m_cells.begin(), m_cells.end(), finished); },
        now_ns() + k_tick.count());
    if (!something) m_callbacks.tick();
    for (std::size_t i = 0; i < m_cells.size();) {
      if (!m_cells[i]->ended) {
        ++i;
        continue;
      }
      if (m_cells[i]->journal) read_journal_of(*m_cells[i]);
      finish(i);
    }
  }
  while (!m_cells.empty()) {
    m_loop.run_until([&] { return std::any_of(m_cells.begin(), m_cells.end(), finished); },
                     now_ns() + k_overdue.count());
    for (std::size_t i = 0; i < m_cells.size();)
      if (m_cells[i]->ended)
        finish(i);
      else
        ++i;
  }
  busy->end();
  // A cell that was killed without isolation leaves its processes to us.
  if (m_options.cell.isolation == Isolation::none) kill_descendants();
  return !m_interrupted;
}

}  // namespace clusterspec

#include "drive/cell.hpp"

#include <fmt/format.h>

#include "drive/timings.hpp"
#include "journal/journal_lines.hpp"
#include "linux/network_link.hpp"
#include "linux/packet_steering.hpp"
#include "linux/process.hpp"
#include "linux/readiness.hpp"
#include "linux/stream.hpp"
#include "linux/sysctl.hpp"

namespace clusterspec {
namespace {

constexpr std::size_t k_most_held_back = 16 << 10;  // bytes of journal lines

CaseBegun opening_event(const Case& one, const CellOptions& options) {
  CaseBegun begun;
  begun.case_id = one.id;
  begun.scenario_file = one.scenario.file;
  begun.scenario_text = one.scenario.text;
  begun.implementation_file = one.implementation->file;
  begun.implementation_text = one.implementation->text;
  begun.combination = one.scenario.combination;
  for (const auto& [requirement, level] : one.levels) begun.levels[requirement] = name_of(level);
  begun.time_scale = options.time_scale;
  begun.isolation = name_of(options.isolation);
  begun.observation = options.notification ? "notification" : "polling";
  begun.host = options.host;
  begun.notes = options.notes;
  if (one.scenario.link.there()) begun.link = to_text(one.scenario.link);
  return begun;
}

}  // namespace

int run_cell(const Case& one, const CellOptions& options) {
  CellMarks unread;
  CellMarks& marks = options.marks ? *options.marks : unread;
  CaseDriver* driver = nullptr;
  // Connections come by the ten thousand, and each write wakes the scheduler: lines about them wait for one
  // about anything else, of which there is always one to come, or until they are many. A cell that is killed
  // loses those that wait.
  std::string held_back;
  Recorder recorder([&](const Event& event, int number) {
    const std::string line = to_line(event, number);
    if (driver) driver->on_event(event, line.size());
    held_back += line;
    if (event.source == Source::probe && held_back.size() < k_most_held_back) return;
    // Nobody reads any more: the scheduler is gone, and the lifeline says so too.
    write_all(options.journal, held_back);
    held_back.clear();
  });
  marks.began = recorder.began();
  recorder.record(Source::driver, opening_event(one, options));
  const auto entered = enter_isolation(options.isolation);
  if (!entered) {
    recorder.record(Source::driver, HarnessFault{entered.error().message});
    return 99;
  }
  for (const std::string& setting : one.scenario.sysctl)
    if (const auto set = set_sysctl(setting); !set) {
      recorder.record(Source::driver, HarnessFault{set.error().message});
      return 99;
    }
  // Not in every case: what a step sends would arrive some time after its call, where loopback's arrives
  // within it.
  if (has_step<Load>(one.scenario) && (options.isolation == Isolation::none || !steer_packets()))
    recorder.record(Source::driver,
                    Note{"packets of a connection are received where they are sent, on several "
                         "processors: Linux may reset clients that no server lost"});
  std::unique_ptr<NetworkLink> link;
  if (one.scenario.link.there()) {
    auto opened = NetworkLink::open(one.scenario.link);
    if (!opened) {
      recorder.record(Source::driver, HarnessFault{opened.error().message});
      return 99;
    }
    link = std::move(*opened);
  }
  marks.isolated = now_ns();
  Loop loop;
  CaseDriver case_driver(one, options, loop, recorder, link ? &link->client_side() : nullptr);
  driver = &case_driver;
  loop.watch(options.lifeline, k_readable, [&](std::uint32_t) {
    // Isolated, the namespace dies with us; else everything of the case must be ended by hand.
    if (options.isolation == Isolation::none) case_driver.abandon();
    end_process(130);
  });
  Result<void> done = case_driver.prepare();
  marks.prepared = now_ns();
  if (done) done = case_driver.run_steps();
  if (!done) recorder.record(Source::driver, HarnessFault{done.error().message});
  case_driver.end_case();
  if (const std::int64_t lost = link ? link->overflow() : 0)
    recorder.record(Source::driver,
                    Note{fmt::format("the link's queues were full: it lost {} packets", lost)});
  recorder.record(Source::driver, CaseEnded{});
  marks.ended = now_ns();
  marks.cpu = cpu_time();
  return done ? 0 : 99;
}

}  // namespace clusterspec

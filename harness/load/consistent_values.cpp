// Rules about one table by itself: a step, an expectation, the link. Whether a key was given is asked of its
// table, since a value that could not be read has been reported already.
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "load/consistency.hpp"
#include "load/did_you_mean.hpp"

namespace clusterspec {
namespace {

class Rules {
 public:
  Rules(const toml::table& table, Mistakes& mistakes) : m_table(table), m_mistakes(mistakes) {}

  void operator()(const Link& it) const {
    wrong_if(!given("delay") && !given("loss"), "", "a link without delay and loss is none",
             "link = { delay = \"5ms\" }");
    wrong_if(it.delay > k_longest_delay, "delay", fmt::format("delay = {} is too long", to_text(it.delay)),
             fmt::format("at most {}: after a second without an answer a client asks again",
                         to_text(k_longest_delay)));
    wrong_if(!(it.loss >= 0 && it.loss < 1), "loss", "loss is a probability from 0 to below 1",
             "0.01 is one packet of a hundred");
  }

  // Steps.
  void operator()(const Launch& it) const {
    at_least("more-values", it.more_values, 0);
    if (it.files) at_least("files", *it.files, 1);
    wrong_if(it.defaults && given("host"), "host", "the defaults are not given any address",
             "host or defaults");
    for (const std::string& variable : it.environment)
      wrong_if(variable.find('=') == std::string::npos || variable.starts_with('='), "environment",
               fmt::format("\"{}\" sets no variable", printable(variable)), "\"NAME=value\"");
  }
  void operator()(const Await& it) const {
    if (!read_well("await", name_of(it.what))) return;
    needs_key_for(it.what == Awaited::concluded, "connections", "await = \"concluded\"");
    needs_key_for(it.what == Awaited::line, "line", "await = \"line\"");
    wrong_if(given("count") && it.what != Awaited::started && it.what != Awaited::line, "count",
             "only started and line are counted");
    wrong_if(given("of") && it.what == Awaited::concluded, "of", "connections conclude, not processes");
    if (it.count) at_least("count", *it.count, 1);
    if (it.within) longer_than_nothing("within", *it.within);
  }
  void operator()(const Open& it) const {
    wrong_if(given("count") && given("per-process"), "per-process",
             "count and per-process exclude each other", "per-process opens as many as it takes");
    wrong_if(it.later && it.request == "nothing", "later",
             "a connection that sends nothing has nothing to send later", "a request, or no later");
    wrong_if(it.later && (it.until == Progress::sent || it.until == Progress::concluded), "until",
             "it comes no further before it has sent its request", "until = \"connected\" or \"handled\"");
    at_least("count", it.count, 1);
    if (it.per_process) at_least("per-process", *it.per_process, 1);
    at_least("bytes", it.bytes, 0);
    at_least("at-once", it.at_once, 1);
    at_least("pipelined", it.pipelined, 1);
    at_least("read-rate", it.read_rate, 0);
    at_least("write-rate", it.write_rate, 0);
    longer_than_nothing("within", it.within);
    longer_than_nothing("hung-after", it.hung_after);
    const bool silent = it.request == "nothing";
    wrong_if(silent && it.until != Progress::connected, given("until") ? "until" : "request",
             "a connection that sends nothing gets no further than connected", "until = \"connected\"");
    wrong_if(silent && it.keep_alive, "keep-alive",
             "a connection that sends nothing gets no answer to stay open after");
  }
  void operator()(const Load& it) const {
    wrong_if(it.request == "nothing", "request", "a load needs requests that are answered");
    at_least("at-once", it.at_once, 1);
    at_least("rate", it.rate, 0);
    at_least("pipelined", it.pipelined, 1);
    longer_than_nothing("hung-after", it.hung_after);
  }
  void operator()(const SendSignal& it) const {
    at_least("times", it.times, 1);
    wrong_if(it.signal.purpose != Purpose::named && given("to"), "to",
             fmt::format("who gets the {} signal is said by the implementation", to_text(it.signal)),
             "a signal's name, or no to");
  }
  void operator()(const Press& it) const { at_least("times", it.times, 1); }
  void operator()(const Occupy& it) const {
    wrong_if(it.other_user && it.how == Occupation::alone, "other-user",
             "a program without SO_REUSEPORT is refused by every port in use",
             "occupy = \"shared\" shows whether it can join");
  }
  void operator()(const Orphan& it) const { at_least("orphan", it.count, 1); }
  void operator()(const Hold& it) const { longer_than_nothing("within", it.within); }
  void operator()(const AwaitHeld& it) const {
    at_least("count", it.count, 1);
    if (it.within) longer_than_nothing("within", *it.within);
  }
  void operator()(const Inject& it) const {
    at_least("times", it.times, 1);
    wrong_if(it.always && it.times != 1, "times", "always is more than any number of times",
             "times or always");
  }

  // Expectations.
  void operator()(const ExpectProcesses& it) const {
    judges({"count", "executions", "same-executable", "same-group", "same-session", "no-children",
            "child-of-launcher", "reaped"});
    if (it.count) at_least("count", *it.count, 0);
    if (it.executions) at_least("executions", *it.executions, 0);
    wrong_if(it.reaped && !given("at"), "reaped", "reaped needs a look: at = \"NAME\"");
  }
  void operator()(const ExpectListeners& it) const {
    judges({"count", "one-each", "reuse-port", "same-address", "address"});
    if (it.count) at_least("count", *it.count, 0);
  }
  void operator()(const ExpectArguments&) const { judges({"removed", "kept"}); }
  void operator()(const ExpectDescriptors& it) const {
    judges({"is", "same-as-launcher"});
    wrong_if(it.descriptor < 0 || it.descriptor > 2, "number",
             "only the descriptors 0, 1 and 2 are recorded");
  }
  void operator()(const ExpectEnvironment&) const { judges({"same-variables", "same-directory"}); }
  void operator()(const ExpectLines& it) const {
    judges({"count", "at-most", "once-about-each", "once-by-each", "by", "real-status", "whole",
            "after-started", "on-stdout"});
    if (it.count) at_least("count", *it.count, 0);
    if (it.at_most) at_least("at-most", *it.at_most, 0);
    wrong_if(it.count && it.at_most, "at-most", "count and at-most exclude each other");
    wrong_if(it.real_status && it.line != LineKind::failed, "real-status",
             "only the failed line states a status");
    wrong_if(it.once_about_each && it.line == LineKind::terminating, "once-about-each",
             "the terminating line names no process", "once-by-each judges who writes it");
  }
  void operator()(const ExpectConnections& it) const {
    judges({"outcome", "never", "count", "by", "in-order", "announced"});
    wrong_if(read_well("in-order", it.in_order.size()) && it.in_order.size() == 1, "in-order",
             "an order needs at least two outcomes", "in-order = [\"answered\", \"refused\"]");
    if (it.count) at_least("count", *it.count, 1);
    for (const Outcome outcome : it.never)
      wrong_if(std::find(it.outcome.begin(), it.outcome.end(), outcome) != it.outcome.end(), "never",
               fmt::format("\"{}\" is both allowed and forbidden", name_of(outcome)));
  }
  void operator()(const ExpectServedBy& it) const { at_least("at-least", it.at_least, 1); }
  void operator()(const ExpectSpread& it) const {
    wrong_if(!(it.p > 0 && it.p < 1), "p", "p is a probability between 0 and 1");
    at_least("at-least", it.at_least, 1);
  }
  void operator()(const ExpectOrder& it) const {
    wrong_if(read_well("order", it.moments.size()) && it.moments.size() == 1, "order",
             "an order needs at least two moments");
  }
  void operator()(const ExpectExit& it) const {
    judges({"code", "failed", "signal"});
    wrong_if(given("code") + given("failed") + given("signal") > 1, given("signal") ? "signal" : "failed",
             "code, failed and signal exclude each other");
    if (it.code) wrong_if(*it.code < 0 || *it.code > 255, "code", "an exit code is a number from 0 to 255");
  }
  void operator()(const ExpectDuration& it) const { longer_than_nothing("duration", it.at_most); }
  void operator()(const ExpectSignals& it) const { at_least("count", it.count, 0); }

  template <class Other>
  void operator()(const Other&) const {}

 private:
  bool given(std::string_view key) const { return m_table.contains(key); }

  // A key whose value was faulty still has the default in the model: rules that build on it stay silent.
  bool read_well(std::string_view key, std::string_view value) const {
    const auto* written = m_table.get_as<std::string>(key);
    return written && (written->get() == value || written->get().find('{') != std::string::npos);
  }
  bool read_well(std::string_view, std::size_t count) const { return count > 0; }

  void wrong_if(bool wrong, std::string_view key, std::string message, std::string hint = {}) const {
    if (wrong) m_mistakes.add(place(m_table, key), std::move(message), std::move(hint));
  }
  void at_least(std::string_view key, std::int64_t value, std::int64_t least) const {
    wrong_if(value < least && given(key), key, fmt::format("{} = {} is impossible", key, value),
             fmt::format("at least {}", least));
  }
  void longer_than_nothing(std::string_view key, Duration value) const {
    wrong_if(value <= Duration::zero() && given(key), key,
             fmt::format("{} must be longer than nothing", key));
  }
  void needs_key_for(bool needed, std::string_view key, std::string_view what) const {
    if (needed && !given(key)) m_mistakes.add(place(m_table, "await"), fmt::format("{} lacks {}", what, key));
    wrong_if(!needed && given(key), key, fmt::format("{} belongs to {}", key, what));
  }
  void judges(std::initializer_list<const char*> keys) const {
    std::string list;
    for (const char* key : keys) {
      if (given(key)) return;
      list += (list.empty() ? "" : ", ") + std::string(key);
    }
    m_mistakes.add(m_table.source(), "this expectation judges nothing", "give one or more of: " + list);
  }

  const toml::table& m_table;
  Mistakes& m_mistakes;
};

}  // namespace

namespace {

// Only what belongs to a network of its own (Linux's Documentation/networking/ip-sysctl.rst): all else would
// change the machine.
void check_sysctl(const ReadScenario& read, Mistakes& mistakes) {
  for (const std::string& setting : read.scenario.sysctl) {
    const auto name = setting.substr(0, setting.find('='));
    const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
      return std::isalnum(c) || c == '_' || c == '.' || c == '-';
    });
    if (name.size() + 1 < setting.size() && plain && name.starts_with("net.") &&
        name.find("..") == std::string::npos)
      continue;
    mistakes.add(place(read.root, "sysctl"),
                 fmt::format("\"{}\" is no setting of a network", printable(setting)),
                 "\"net.ipv4.tcp_migrate_req=1\"");
  }
}

}  // namespace

void check_values(const ReadScenario& read, Mistakes& mistakes) {
  if (const toml::table* launch = read.root.get_as<toml::table>("launch"))
    Rules(*launch, mistakes)(read.scenario.launch);
  check_sysctl(read, mistakes);
  if (const toml::table* link = read.root.get_as<toml::table>("link"))
    Rules(*link, mistakes)(read.scenario.link);
  for (std::size_t i = 0; i < read.steps.size(); ++i)
    std::visit(Rules(*read.steps[i], mistakes), read.scenario.steps[i].action);
  for (std::size_t i = 0; i < read.expectations.size(); ++i)
    std::visit(Rules(*read.expectations[i], mistakes), read.scenario.expectations[i].subject);
}

}  // namespace clusterspec

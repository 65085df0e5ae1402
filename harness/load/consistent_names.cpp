// Rules about names: each that is used was given before, and none is given twice. Steps are followed in their
// order.
#include <fmt/format.h>

#include <set>

#include "load/consistency.hpp"
#include "load/did_you_mean.hpp"

namespace clusterspec {
namespace {

// The names of one kind given so far: groups, looks, gates, steps, instances.
class Given {
 public:
  Given(std::string thing, std::string how) : m_thing(std::move(thing)), m_how(std::move(how)) {}

  bool add(const std::string& name) { return name.empty() || m_names.insert(name).second; }

  void add_once(const std::string& name, const toml::source_region& at, Mistakes& mistakes) {
    if (!add(name))
      mistakes.add(at, fmt::format("{} \"{}\" is there already", m_thing, printable(name)),
                   "names are used once");
  }

  // An empty name was faulty, and reported, when it was read.
  void needs(const std::string& name, const toml::source_region& at, Mistakes& mistakes) const {
    if (name.empty() || m_names.contains(name)) return;
    const std::vector<std::string> names(m_names.begin(), m_names.end());
    mistakes.add(at, fmt::format("{} \"{}\" does not exist here", m_thing, printable(name)),
                 did_you_mean(name, names) +
                     (names.empty() ? m_how : fmt::format("{}; there is {}", m_how, listed(names))));
  }

 private:
  std::string m_thing, m_how;
  std::set<std::string> m_names;
};

class Follower {
 public:
  Follower(const ReadScenario& read, Mistakes& mistakes) : m_read(read), m_mistakes(mistakes) {
    m_looks.add("ready");
    m_looks.add("end");
    if (read.scenario.launches_itself) {
      // Gates are set before the launch that runs into them, so they may name an instance that comes later.
      for (const Step& step : read.scenario.steps)
        if (const Launch* launch = std::get_if<Launch>(&step.action)) m_instances_ever.add(launch->instance);
      return;
    }
    m_instances.add(std::string(k_first_instance));
    m_instances_ever.add(std::string(k_first_instance));
    m_terminal = read.scenario.launch.terminal;
    m_first_process = read.scenario.launch.first_process;
  }

  void follow() {
    for (std::size_t i = 0; i < m_read.steps.size(); ++i) {
      m_table = m_read.steps[i];
      const Step& step = m_read.scenario.steps[i];
      if (!step.name.empty()) m_steps.add_once(step.name, at("name"), m_mistakes);
      std::visit(*this, step.action);
    }
    for (std::size_t i = 0; i < m_read.expectations.size(); ++i) {
      m_table = m_read.expectations[i];
      std::visit(*this, m_read.scenario.expectations[i].subject);
    }
  }

  // Steps.
  void operator()(const Launch& it) {
    m_instances.add_once(it.instance, at("launch"), m_mistakes);
    m_terminal = m_terminal || it.terminal;
    m_first_process = m_first_process || it.first_process;
  }
  void operator()(const Await& it) {
    target("of", it.of);
    m_groups.needs(it.connections, at("connections"), m_mistakes);
  }
  void operator()(const Open& it) {
    m_groups.add_once(it.group, at("open"), m_mistakes);
    if (it.later) m_later.add(it.group);
  }
  void operator()(const Load& it) {
    m_groups.add_once(it.group, at("load"), m_mistakes);
    m_loads.add(it.group);
  }
  void operator()(const Stop& it) { m_loads.needs(it.group, at("stop"), m_mistakes); }
  void operator()(const Send& it) { m_later.needs(it.group, at("send"), m_mistakes); }
  void operator()(const Close& it) { m_groups.needs(it.group, at("close"), m_mistakes); }
  void operator()(const SendSignal& it) { target("to", it.to); }
  void operator()(const Press&) {
    if (!m_terminal)
      m_mistakes.add(at("press"), "there is no terminal to press a key at", "terminal = true, at the launch");
  }
  void operator()(const Orphan&) {
    if (!m_first_process)
      m_mistakes.add(at("orphan"),
                     "the server has no pid namespace of its own, so orphans are not its children",
                     "first-process = true, at the launch");
  }
  void operator()(const Look& it) {
    m_looks.add_once(it.name, at("look"), m_mistakes);
    m_steps.add(it.name);  // "step NAME" is the moment of the look too
  }
  void operator()(const Hold& it) {
    m_gates.add(it.name);
    m_instances_ever.needs(it.of.instance, at("of"), m_mistakes);
  }
  void operator()(const AwaitHeld& it) { m_gates.needs(it.name, at("await-held"), m_mistakes); }
  void operator()(const Release& it) { m_gates.needs(it.name, at("release"), m_mistakes); }
  void operator()(const Inject& it) { m_instances_ever.needs(it.of.instance, at("of"), m_mistakes); }
  void operator()(const Freeze& it) { target("freeze", it.of); }
  void operator()(const Thaw& it) { target("thaw", it.of); }
  void operator()(const Occupy&) {}
  void operator()(const SpoilOutput&) {}
  void operator()(const Replace&) {}

  // Expectations.
  void operator()(const ExpectProcesses& it) {
    target("processes", it.of);
    m_looks.needs(it.at, at("at"), m_mistakes);
  }
  void operator()(const ExpectListeners& it) { m_looks.needs(it.at, at("listeners"), m_mistakes); }
  void operator()(const ExpectArguments& it) { target("arguments", it.of); }
  void operator()(const ExpectDescriptors& it) { target("descriptors", it.of); }
  void operator()(const ExpectEnvironment& it) { target("environment", it.of); }
  void operator()(const ExpectLines& it) {
    target("of", it.of);
    if (it.by) target("by", *it.by);
  }
  void operator()(const ExpectMessage&) {}
  void operator()(const ExpectConnections& it) {
    m_groups.needs(it.group, at("connections"), m_mistakes);
    if (it.by) target("by", *it.by);
    if (it.before) moment("before", *it.before);
  }
  void operator()(const ExpectServedBy& it) {
    m_groups.needs(it.group, at("served-by"), m_mistakes);
    target("processes", it.processes);
  }
  void operator()(const ExpectSpread& it) {
    m_groups.needs(it.group, at("spread"), m_mistakes);
    target("over", it.over);
  }
  void operator()(const ExpectOrder& it) {
    const toml::array* list = m_table->get_as<toml::array>("order");
    for (std::size_t i = 0; i < it.moments.size(); ++i)
      moment(list && i < list->size() ? list->get(i)->source() : at("order"), it.moments[i]);
  }
  void operator()(const ExpectExit& it) { target("exit", it.of); }
  void operator()(const ExpectDuration& it) {
    moment("from", it.from);
    moment("to", it.to);
  }
  void operator()(const ExpectPort& it) { m_looks.needs(it.at, at("at"), m_mistakes); }
  void operator()(const ExpectSignals& it) { target("signals", it.to); }
  void operator()(const ExpectLeftovers&) {}
  void operator()(const ExpectOrphans& it) { m_looks.needs(it.at, at("at"), m_mistakes); }

 private:
  const toml::source_region& at(std::string_view key) const { return place(*m_table, key); }

  void target(std::string_view key, const Target& it) {
    // Without the key the default is meant; a scenario that launches itself may have no instance of that
    // name.
    if (m_table->contains(key)) m_instances.needs(it.instance, at(key), m_mistakes);
  }
  void moment(std::string_view key, const Moment& it) { moment(at(key), it); }
  void moment(const toml::source_region& region, const Moment& it) {
    if (it.happening == Happening::step) m_steps.needs(it.name, region, m_mistakes);
    if (it.happening == Happening::concluded) m_groups.needs(it.name, region, m_mistakes);
    if (it.happening == Happening::exited || it.happening == Happening::closed_listener)
      m_instances.needs(it.of.instance, region, m_mistakes);
  }

  const ReadScenario& m_read;
  Mistakes& m_mistakes;
  const toml::table* m_table = nullptr;
  bool m_terminal = false, m_first_process = false;
  Given m_groups{"connection group", "a step open = \"NAME\" or load = \"NAME\" makes one"};
  Given m_loads{"load", "a step load = \"NAME\" makes one"};
  Given m_looks{"look", "a step look = \"NAME\" takes one"};
  Given m_later{"group that sends later", "a step open = \"NAME\" with later = true makes one"};
  Given m_gates{"gate", "a step hold = \"CALL\" with name = \"NAME\" makes one"};
  Given m_steps{"step", "a step has a name by name = \"NAME\""};
  Given m_instances{"instance", "a step launch = \"NAME\" starts one"};
  Given m_instances_ever{"instance", "a step launch = \"NAME\" starts one"};
};

}  // namespace

void check_names(const ReadScenario& read, Mistakes& mistakes) { Follower(read, mistakes).follow(); }

}  // namespace clusterspec

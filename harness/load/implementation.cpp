#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "load/document.hpp"
#include "load/reader.hpp"

namespace clusterspec {
namespace {

// What the types alone cannot say. Each reports at the key's value.
class Checks {
 public:
  Checks(const toml::table& root, Mistakes& mistakes) : m_root(root), m_mistakes(mistakes) {}

  void all(const Implementation& it) {
    const bool plain = std::all_of(it.name.begin(), it.name.end(), [](unsigned char c) {
      return std::isalnum(c) || c == '.' || c == '_' || c == '+' || c == '-';
    });
    that(!it.name.empty() && plain, {"name"}, "a name consists of letters, digits and . _ + -");
    that(!it.executable.empty(), {"executable"}, "executable must not be empty");
    that(it.start_within > Duration::zero(), {"start-within"}, "start-within must be longer than nothing");
    that(it.value.empty() || contains(it.value, "{value}"), {"value"},
         "value needs {value} in one of its arguments");
    const bool in_built = it.executable.starts_with("{built}/");
    that(!in_built || it.build, {"executable"},
         "{built} is the folder that [build] fills, and there is no [build]");
    if (it.build) {
      that(in_built, {"executable"}, "what [build] makes is \"{built}/NAME\"");
      that(contains(it.build->command, "{built}"), {"build", "command"},
           "the build command needs {built} in one of its arguments: it has to write there");
      that(!it.build->sources.empty(), {"build", "sources"}, "name the files that it is made from");
    }
    if (it.clustering) clustering(*it.clustering);
    dialect(it.dialect);
    log("started", it.log.started);
    log("stopped", it.log.stopped);
    log("failed", it.log.failed);
    for (const auto& [name, kind] : it.requests) request(name, kind);
    for (const auto& [path, config] : it.files) file(path, config);
    for (const std::string& path : it.needs_files)
      that(path.starts_with('/'), {"needs-files"},
           fmt::format("\"{}\" is no absolute path", printable(path)));
    known(it);
  }

 private:
  static bool contains(const std::vector<std::string>& texts, std::string_view part) {
    return std::any_of(texts.begin(), texts.end(),
                       [&](const std::string& text) { return text.find(part) != std::string::npos; });
  }

  // Key by key and not as one text: a name may hold dots and brackets. What the file leaves out
  // is reported as missing elsewhere, or has a default that is right.
  using Path = std::initializer_list<std::string_view>;
  void that(bool good, Path path, const std::string& message, std::string hint = {}) {
    if (good) return;
    const toml::node* node = &m_root;
    for (const std::string_view key : path) {
      const toml::table* table = node->as_table();
      const toml::node* inner = table ? table->get(key) : nullptr;
      if (!inner) return;
      node = inner;
    }
    m_mistakes.add(node->source(), message, std::move(hint));
  }

  void clustering(const Clustering& it) {
    std::vector<std::string> names;
    for (const auto& [name, arguments] : it.spellings) {
      names.push_back(name);
      that(contains(arguments, "{workers}"), {"clustering", "spellings", name},
           fmt::format("spelling \"{}\" needs {{workers}} in one of its arguments", name));
    }
    that(it.spellings.contains(it.usual), {"clustering", "usual"},
         fmt::format("there is no spelling \"{}\"", it.usual),
         did_you_mean(it.usual, names) + "spellings: " + listed(names));
  }

  void dialect(const Dialect& it) {
    const std::string hint = "a count is \"3\", \"{workers}\" or \"{workers + 1}\" with + - or *";
    that(is_count_expression(it.worker_count), {"dialect", "worker-count"},
         fmt::format("\"{}\" is no count", printable(it.worker_count)), hint);
    that(is_count_expression(it.listener_count), {"dialect", "listener-count"},
         fmt::format("\"{}\" is no count", printable(it.listener_count)), hint);
    that(it.least_workers >= 0, {"dialect", "least-workers"}, "least-workers is 0 or more");
    that(!it.at_once || *it.at_once >= 1, {"dialect", "at-once"}, "at-once is 1 or more");
    const auto& fast = it.fast_signals;
    that(std::find(fast.begin(), fast.end(), it.graceful_signal) == fast.end(), {"dialect", "fast-signals"},
         fmt::format("{} is the graceful signal", to_text(it.graceful_signal)));
    that(!it.reload_signal || *it.reload_signal != it.graceful_signal, {"dialect", "reload-signal"},
         "the reload signal is the graceful signal");
    that(!it.exit_signal || it.exit_code == 0, {"dialect", "exit-signal"},
         "it ends with an exit code or by a signal, not both");
    that(it.exit_code >= 0 && it.exit_code <= 255, {"dialect", "exit-code"},
         "an exit code is a number from 0 to 255");
    that(it.graceful_target.role == Role::group || it.graceful_target.role == Role::launcher,
         {"dialect", "graceful-target"}, "graceful-target is \"group\" or \"launcher\"");
  }

  void log(const std::string& key, const std::optional<std::string>& pattern) {
    if (!pattern) return;
    that(pattern->find("{pid}") != std::string::npos, {"log", key},
         fmt::format("the {} line needs {{pid}}: it says which worker is meant", key));
  }

  void file(const std::string& path, const ConfigFile& config) {
    const std::string inside = "/" + path + "/";
    that(!path.empty() && path.front() != '/' && inside.find("/../") == std::string::npos &&
             path.find('\0') == std::string::npos,
         {"files", path}, "a file is named by its path below {dir}, without \"..\"");
    that(permissions_of(config).has_value(), {"files", path, "mode"},
         fmt::format("\"{}\" are no permissions", printable(config.mode)), "octal digits, such as \"0644\"");
  }

  void known(const Implementation& it) {
    const toml::array* tables = m_root["known"].as_array();
    for (std::size_t i = 0; i < it.known.size(); ++i) {
      const toml::node* at = tables && i < tables->size() ? tables->get(i) : &m_root;
      if (it.known[i].reason.empty()) m_mistakes.add(at->source(), "a known violation needs its reason");
    }
    const toml::array* skips = m_root["skip"].as_array();
    for (std::size_t i = 0; i < it.skip.size(); ++i) {
      const toml::node* at = skips && i < skips->size() ? skips->get(i) : &m_root;
      if (it.skip[i].reason.empty()) m_mistakes.add(at->source(), "a skipped scenario needs its reason");
    }
  }

  void request(const std::string& name, const RequestKind& kind) {
    that(name != "nothing", {"requests", name}, "\"nothing\" is the name of the request that sends nothing");
    that(kind.path.starts_with('/') || kind.path == "*", {"requests", name, "path"},
         "a request's path begins with \"/\"");
    that(!kind.method.empty() && std::all_of(kind.method.begin(), kind.method.end(),
                                             [](unsigned char c) { return std::isupper(c) != 0; }),
         {"requests", name, "method"}, "a method consists of capital letters");
    for (const std::string& header : kind.headers)
      that(header.find(": ") != std::string::npos && header.find_first_of("\r\n") == std::string::npos,
           {"requests", name, "headers"}, fmt::format("\"{}\" is no header line", printable(header)),
           "\"Name: value\"");
  }

  const toml::table& m_root;
  Mistakes& m_mistakes;
};

}  // namespace

Loaded<Implementation> load_implementation(const SourceText& source) {
  Mistakes mistakes(source);
  const auto root = parse_document(source, mistakes);
  if (!root) return tl::unexpected(mistakes.take());
  Implementation implementation;
  Substitution none;
  Reader reader(mistakes, none);
  reader.keys(*root, "an implementation",
              [&](auto&& visit) { Implementation::describe(implementation, visit); });
  Checks(*root, mistakes).all(implementation);
  if (mistakes.any()) return tl::unexpected(mistakes.take());
  implementation.file = source.file;
  implementation.text = source.text;
  return implementation;
}

}  // namespace clusterspec

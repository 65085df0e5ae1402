#include "mutation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <concepts>

#include "journal/fields.hpp"

namespace clusterspec::tests {

namespace {

using namespace clusterspec::detail;

template <class T>
std::string shown(const T& value) {
  if constexpr (std::same_as<T, bool>)
    return value ? "true" : "false";
  else if constexpr (std::same_as<T, char>)
    return std::string(1, value);
  else if constexpr (std::same_as<T, std::string>)
    return "\"" + printable(value, 60) + "\"";
  else if constexpr (Named<T>)
    return std::string(name_of(value));
  else if constexpr (std::integral<T> || std::floating_point<T>)
    return fmt::format("{}", value);
  else
    return "another";
}

// Changes a value in every way that is tried, one after the other, and back.
class Changes {
 public:
  Changes(std::vector<Pid> pids, std::function<bool(std::string field, std::string change)> tried)
      : m_pids(std::move(pids)), m_tried(std::move(tried)) {}

  bool go_on() const { return m_go_on; }

  template <class T>
  void of(const std::string& path, T& value) {
    if constexpr (std::same_as<T, bool>) {
      to(path, value, !value);
    } else if constexpr (std::same_as<T, char>) {
      to(path, value, 'Z');
      to(path, value, 'S');
    } else if constexpr (Integer<T>) {
      // 64 bits signed are times.
      constexpr bool time = sizeof(T) == 8 && std::is_signed_v<T>;
      constexpr auto step = static_cast<T>(time ? 10'000'000'000 : 1);
      to(path, value, static_cast<T>(value + step));
      to(path, value, static_cast<T>(value - step));
      to(path, value, T{});
      if constexpr (std::same_as<T, Pid>) another_process(path, value);
    } else if constexpr (std::floating_point<T>) {
      to(path, value, value / 1000);
      to(path, value, value * 1000);
    } else if constexpr (Named<T>) {
      for (const auto& named : Names<T>::table) to(path, value, named.first);
    } else if constexpr (std::same_as<T, std::string>) {
      text(path, value);
    } else if constexpr (k_is_optional<T>) {
      if (value) of(path, *value);
      to(path, value, value ? T{} : T{typename T::value_type{}});
    } else if constexpr (k_is_vector<T>) {
      list(path, value);
    } else if constexpr (k_is_text_map<T>) {
      map(path, value);
    } else {
      static_assert(Struct<T>, "a field of a shape that is not mutated");
      T::describe(value,
                  [&](const char* key, auto& member) { of(path.empty() ? key : path + "." + key, member); });
    }
  }

 private:
  // What may be a pid, or a group's, becomes that of each process next to it.
  void another_process(const std::string& path, Pid& value) {
    const int sign = value < 0 ? -1 : 1;
    const auto its = std::find(m_pids.begin(), m_pids.end(), sign * value);
    if (its == m_pids.end()) return;
    if (its != m_pids.begin()) to(path, value, sign * *(its - 1));
    if (its + 1 != m_pids.end()) to(path, value, sign * *(its + 1));
  }

  static std::string without_indexes(const std::string& path) {
    std::string bare;
    bool inside = false;
    for (const char c : path) {
      inside = inside || c == '[';
      if (!inside) bare += c;
      inside = inside && c != ']';
    }
    return bare;
  }

  void told(const std::string& path, const std::string& how) {
    m_go_on = m_tried(without_indexes(path), path + ": " + how);
  }

  template <class T>
  void to(const std::string& path, T& value, const T& other) {
    if (!m_go_on || other == value) return;
    const T original = value;
    value = other;
    told(path, shown(original) + " -> " + shown(other));
    value = original;
  }

  void text(const std::string& path, std::string& value) {
    const std::string original = value;
    to(path, value, std::string());
    to(path, value, original + "x");
    // The numbers in it, such as the pid that a line names.
    for (std::size_t at = 0, many = 0; at < original.size() && many < 4; ++at) {
      std::size_t end = at;
      while (end < original.size() && end - at < 9 &&
             std::isdigit(static_cast<unsigned char>(original[end])) != 0)
        ++end;
      if (end == at) continue;
      const int number = std::stoi(original.substr(at, end - at));
      for (const int other : {number + 1, number - 1})
        to(path, value, original.substr(0, at) + std::to_string(other) + original.substr(end));
      at = end;
      ++many;
    }
  }

  template <class T>
  void list(const std::string& path, std::vector<T>& value) {
    constexpr std::size_t k_few = 6;
    const std::size_t size = value.size();
    if (size == 0) {
      value.emplace_back();
      told(path, "one of nothing added");
      value.clear();
    }
    for (std::size_t i = 0; i < size && m_go_on; ++i) {
      if (i == k_few && size > 2 * k_few) i = size - k_few;
      const auto place = value.begin() + static_cast<std::ptrdiff_t>(i);
      const std::string here = fmt::format("{}[{}]", path, i);
      T saved = *place;
      value.erase(place);
      told(here, "removed");
      value.insert(value.begin() + static_cast<std::ptrdiff_t>(i), 2, saved);
      if (m_go_on) told(here, "doubled");
      value.erase(value.begin() + static_cast<std::ptrdiff_t>(i));
      if (m_go_on && i + 1 < size) {
        std::swap(value[i], value[i + 1]);
        told(here, "swapped with the next");
        std::swap(value[i], value[i + 1]);
      }
      of(here, value[i]);
    }
  }

  void map(const std::string& path, std::map<std::string, std::string>& value) {
    const auto original = value;
    auto keys = original;
    keys["9"];
    for (const auto& [key, text] : keys) {
      const std::string here = path + "[" + key + "]";
      value.erase(key);
      if (m_go_on && original.contains(key)) told(here, "removed");
      for (const std::string& different : {std::string(), text + "x"}) {
        value[key] = different;
        if (m_go_on && value != original) told(here, shown(text) + " -> " + shown(different));
      }
      value = original;
    }
  }

  std::vector<Pid> m_pids;
  std::function<bool(std::string, std::string)> m_tried;
  bool m_go_on = true;
};

std::vector<Pid> pids_of(const Journal& journal) {
  std::vector<Pid> pids;
  for (const Event& event : journal) {
    if (const auto* launched = std::get_if<Launched>(&event.what)) pids.push_back(launched->pid);
    if (const auto* appeared = std::get_if<Appeared>(&event.what)) pids.push_back(appeared->pid);
  }
  std::sort(pids.begin(), pids.end());
  pids.erase(std::unique(pids.begin(), pids.end()), pids.end());
  return pids;
}

bool changes_of(Journal& journal, int number, const OnMutation& visit) {
  Event& event = journal[static_cast<std::size_t>(number)];
  Changes changes(pids_of(journal), [&](std::string field, std::string change) {
    return visit({Mutation::Kind::changed, number, std::move(field), std::move(change)}, journal);
  });
  std::visit([&](auto& what) { changes.of("", what); }, event.what);
  changes.of("at", event.at);
  Source other = event.source == Source::polling ? Source::notification : Source::polling;
  std::swap(event.source, other);
  const bool go_on =
      changes.go_on() && visit({Mutation::Kind::changed, number, "source",
                                fmt::format("source: {} -> {}", name_of(other), name_of(event.source))},
                               journal);
  std::swap(event.source, other);
  return go_on;
}

}  // namespace

std::string to_text(const Mutation& mutation, const Journal& original) {
  const auto told = [&](int number) {
    const Event& event = original[static_cast<std::size_t>(number)];
    return fmt::format("#{} {} ({})", number, k_event_names[event.what.index()], to_text(event));
  };
  const std::string event = told(mutation.number);
  switch (mutation.kind) {
    case Mutation::Kind::removed:
      return event + " removed";
    case Mutation::Kind::doubled:
      return event + " doubled";
    case Mutation::Kind::swapped:
      return event + " swapped with " + told(mutation.number + 1);
    case Mutation::Kind::first:
      return event + " moved to the beginning";
    case Mutation::Kind::last:
      return event + " moved to the end";
    case Mutation::Kind::changed:
      break;
  }
  return event + " with " + mutation.change;
}

bool each_mutation_of(Journal& journal, int number, const OnMutation& visit) {
  const int last = static_cast<int>(journal.size()) - 1;
  const auto at = [&](int position) { return journal.begin() + position; };
  const auto moved = [&](Mutation::Kind kind, int from, int to) {
    const auto rotate = [&](int a, int b) {
      if (a < b)
        std::rotate(at(a), at(a) + 1, at(b) + 1);
      else if (b < a)
        std::rotate(at(b), at(a), at(a) + 1);
    };
    if (from == to) return true;
    rotate(from, to);
    const bool go_on = visit({kind, number, {}, {}}, journal);
    rotate(to, from);
    return go_on;
  };
  {
    Event saved = std::move(*at(number));
    journal.erase(at(number));
    const bool go_on = visit({Mutation::Kind::removed, number, {}, {}}, journal);
    journal.insert(at(number), std::move(saved));
    if (!go_on) return false;
  }
  journal.insert(at(number), Event(*at(number)));
  const bool go_on = visit({Mutation::Kind::doubled, number, {}, {}}, journal);
  journal.erase(at(number));
  if (!go_on) return false;
  if (number < last && !moved(Mutation::Kind::swapped, number, number + 1)) return false;
  if (number > 0 && number < last &&
      !(moved(Mutation::Kind::first, number, 1) && moved(Mutation::Kind::last, number, last - 1)))
    return false;
  return changes_of(journal, number, visit);
}

bool each_mutation(Journal journal, const OnMutation& visit) {
  for (int number = 0; number < static_cast<int>(journal.size()); ++number)
    if (!each_mutation_of(journal, number, visit)) return false;
  return true;
}

}  // namespace clusterspec::tests

#include "drive/build.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "drive/content_hash.hpp"
#include "linux/process.hpp"
#include "linux/stream.hpp"

namespace clusterspec {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_built = "{built}";

std::optional<std::string> content(const fs::path& file) {
  std::error_code ignored;
  std::ifstream stream(file, std::ios::binary);
  if (!stream || !fs::is_regular_file(file, ignored)) return std::nullopt;
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::string with_folder(std::string text, const std::string& folder) {
  for (auto at = text.find(k_built); at != std::string::npos; at = text.find(k_built, at + folder.size()))
    text.replace(at, k_built.size(), folder);
  return text;
}

Result<std::string> cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  // A relative path there is to be ignored, says the specification.
  const fs::path folder = cache && *cache == '/' ? fs::path(cache)
                          : home && *home == '/' ? fs::path(home) / ".cache"
                                                 : fs::path();
  if (folder.empty())
    return failure(ErrorKind::usage, "there is no place to build in: neither XDG_CACHE_HOME nor HOME is set");
  std::error_code status;
  fs::create_directories(folder / "clusterspec", status);
  if (status)
    return failure(ErrorKind::usage,
                   fmt::format("{} cannot be made: {}", (folder / "clusterspec").string(), status.message()));
  return (folder / "clusterspec").string();
}

Result<std::string> key_of(const Build& build, const fs::path& folder) {
  ContentHash key;
  for (const std::string& argument : build.command) key.add(argument);
  for (const std::string& source : build.sources) {
    const auto text = content(folder / source);
    if (!text)
      return failure(ErrorKind::file, fmt::format("the source \"{}\" cannot be read", printable(source)));
    key.add(source);
    key.add(*text);
  }
  return key.text();
}

// The line of a compiler's output that a person would look for.
std::string telling_line(const std::string& output) {
  std::istringstream lines(output);
  std::string last, telling;
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (line.find("rror") != std::string::npos) telling = line;
    last = line;
  }
  return printable(telling.empty() ? last : telling, 200);
}

// How the command ended, nothing if it ended well.
Result<std::string> run(const std::string& program, std::vector<std::string> arguments,
                        const std::string& folder, int lock, const std::string& log) {
  const auto output = create_file(log);
  if (!output) return tl::unexpected(output.error());
  SpawnRequest request;
  request.helper = true;
  request.executable = program;
  request.arguments = std::move(arguments);
  request.environment = own_environment();
  request.directory = folder;
  // An empty file to read, and by it every process of the build holds the lock: should we be killed, the next
  // run waits until the last of them no longer writes.
  request.input = lock;
  request.output = request.error = output->get();
  const auto spawned = spawn(request);
  if (!spawned) return tl::unexpected(spawned.error());
  const int status = wait_for_child(spawned->pid);
  return status == 0 ? std::string() : wait_status_text(status);
}

// The end of a sentence.
std::string how_to_install(const Implementation& implementation) {
  return implementation.install.empty() ? "" : "; install it: " + implementation.install;
}

}  // namespace

Result<BuiltProgram> built_program(const Implementation& implementation) {
  const Build& build = *implementation.build;
  const fs::path folder = fs::absolute(implementation.file).parent_path();
  const auto cache = cache_folder();
  if (!cache) return tl::unexpected(cache.error());
  const auto key = key_of(build, folder);
  if (!key) return tl::unexpected(key.error());

  const std::string place = fmt::format("{}/{}-{}", *cache, implementation.name, *key);
  const std::string unfinished = place + ".new", log = place + ".log";
  const std::string program = with_folder(implementation.executable, place);
  // A folder of that name is whole: it got the name when all was done.
  if (!find_program(program, {}).empty()) return BuiltProgram{program, {}};

  const std::string& tool = build.command.front();
  const bool path = tool.find('/') != std::string::npos;
  const std::string compiler = find_program(path ? (folder / tool).string() : tool, {});
  if (compiler.empty())
    return BuiltProgram{{},
                        fmt::format("{} is built with \"{}\", which is not installed{}", implementation.name,
                                    printable(tool), how_to_install(implementation))};
  write_all(2, fmt::format("clusterspec: building {}, which is done once: {}\n", implementation.name,
                           printable(fmt::format("{}", fmt::join(build.command, " ")), 200)));
  const auto lock = lock_file(place + ".lock");
  if (!lock) return tl::unexpected(lock.error());
  // Another run may have built it while we waited.
  if (!find_program(program, {}).empty()) return BuiltProgram{program, {}};

  std::error_code status;
  fs::remove_all(place, status);  // somebody took the program out of it
  fs::remove_all(unfinished, status);
  fs::create_directories(unfinished, status);
  std::vector<std::string> arguments;
  for (const std::string& argument : build.command) arguments.push_back(with_folder(argument, unfinished));
  const auto ended = run(compiler, std::move(arguments), folder.string(), lock->get(), log);
  if (!ended) return tl::unexpected(ended.error());
  const auto failed = [&](const std::string& why) {
    fs::remove_all(unfinished, status);
    return failure(
        ErrorKind::usage,
        fmt::format("building {} failed: {}{}", implementation.name, why, how_to_install(implementation)),
        "the whole output is in " + log);
  };
  if (!ended->empty()) {
    const std::string line = telling_line(content(log).value_or(""));
    return failed(*ended + (line.empty() ? "" : ", " + line));
  }
  if (find_program(with_folder(implementation.executable, unfinished), {}).empty())
    return failed(
        fmt::format("the command ended well, but made no program \"{}\"", implementation.executable));
  fs::rename(unfinished, place, status);
  if (status) return failed(fmt::format("{} cannot be renamed: {}", unfinished, status.message()));
  return BuiltProgram{program, {}};
}

}  // namespace clusterspec

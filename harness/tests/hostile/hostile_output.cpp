// What is printed, and what a process is called.
#include <sys/prctl.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "hostile.hpp"

namespace hostile {
namespace {

using namespace std::string_literals;

// Clears a terminal, sets its title, asks it to answer; breaks UTF-8, XML 1.0, JSON, YAML, Markdown; turns
// text around.
const std::string k_poison =
    "\x1b[2J\x1b]0;title\x07\x1b[6n \x9b"
    "31m \xc2\x9b \xff\xfe \xc0\xaf \xed\xa0\x80 \x00 \x01\x08\x0b\x0c\x1f\x7f \xef\xbf\xbe \xef\xbf\xbf "
    "\xe2\x80\xae "
    "]]> <!-- & \" ' ``` | \r --- ... \\ %s"s;

// Lines that somebody who reads a report could take for his own: a browser, a Markdown renderer, a TAP or XML
// parser, the runner of a CI.
constexpr std::string_view k_false_lines[] = {
    "<script>alert(1)</script><img src=x onerror=alert(1)></pre></code></details></script><!--",
    "]]></failure><testcase name=\"x\"/><![CDATA[ &lt;b&gt; &#x1b; &nothing;",
    "not ok 99 - x # TODO",
    "ok 98 - x # SKIP",
    "Bail out! now",
    "1..0",
    "TAP version 13",
    "  ---",
    "  ...",
    "::error file=x,line=1::y",
    "::set-output name=x::y",
    "::stop-commands::x",
    "::x::",
    "##[error]x",
    "##vso[task.complete result=Failed;]x",
    "[x](javascript:alert(1)) ![x](http://example.org/x.png) <http://example.org> www.example.org",
    "https://example.org x@example.org @everyone #1 | a | b |",
    "# x\t~~~ ``` *a* _b_ ~~c~~ $$d$$ :tada: \\",
    "{\"format\": \"clusterspec-report\"}",
};

void write_all(int fd, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t written = ::write(fd, text.data() + at, text.size() - at);
    if (written <= 0) return;
    at += static_cast<std::size_t>(written);
  }
}

void print(std::size_t bytes, const std::string& piece) {
  for (std::size_t sent = 0; sent < bytes && may_go_on(); sent += piece.size()) write_all(1, piece);
  stay();
}

void print_poison(const Server& server) {
  if (!server.arguments[4]) {
    // Once more with a command line that poisons too.
    std::string name = k_poison.substr(0, k_poison.find('\0'));
    char* arguments[] = {server.arguments[0], server.arguments[1], server.arguments[2],
                         server.arguments[3], name.data(),         nullptr};
    ::execv("/proc/self/exe", arguments);
  }
  ::prctl(PR_SET_NAME, "\x1b[31m\xff\x01]]>");
  write_all(1, k_poison + "\n" + k_poison);
  write_all(2, k_poison + "\n");
  if (counted_fork() == 0) stay();
  stay();
}

// 10 MiB in one line.
void print_long_line(std::string_view piece) {
  std::string line;
  while (line.size() < 10 << 20) line += piece;
  write_all(1, line + '\n');
}

// It serves and ends as well, so that its findings quote what it says.
void poison_everything(const Server& server) {
  const int listener = open_listener(server.port);
  ::prctl(PR_SET_NAME, "<script>]]>\x1b[2J");
  for (const int fd : {1, 2}) {
    for (const std::string_view line : k_false_lines) write_all(fd, std::string(line) + '\n');
    write_all(fd, k_poison + '\n');
  }
  for (const std::string_view piece :
       {"<script>alert(1)</script>", "\xff\xfe", "\x1b[31m\x1b]0;x\x07", "::error::"})
    print_long_line(piece);
  serve(listener, [](int connection) {
    char request[4096];
    (void)!::read(connection, request, sizeof request);
    write_all(connection, k_poison + std::string(k_false_lines[0]) + "\r\n\r\n");
  });
}

}  // namespace

const std::vector<Mode> k_output_modes{
    {"prints-a-gigabyte", [](const Server&) { print(1 << 30, std::string(65536, 'x')); }},
    {"prints-lines", [](const Server&) { print(64 << 20, std::string(99, '\xff') + "\n"); }},
    {"prints-poison", print_poison},
    {"poisons-everything", poison_everything},
};

}  // namespace hostile

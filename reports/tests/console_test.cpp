#include <catch2/catch.hpp>
#include <memory>

#include "reports/live_lines.hpp"
#include "reports/text.hpp"
#include "sample_run.hpp"

namespace clusterspec {
namespace {

// As much of a terminal as the progress lines need: rows of text, \r, \n, cursor up, erase below, and SGR.
class Screen {
 public:
  void write(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\r')
        m_column = 0;
      else if (text[i] == '\n')
        line_feed();
      else if (text[i] == '\x1b')
        i = control(text, i);
      else
        put(text[i]);
    }
  }
  const std::vector<std::string>& rows() const { return m_rows; }
  std::string text() const {
    std::string all;
    for (const std::string& row : m_rows) all += row + '\n';
    return all;
  }

 private:
  void line_feed() {
    // The terminal's driver turns a line feed into both.
    m_column = 0;
    if (++m_row == m_rows.size()) m_rows.emplace_back();
  }
  void put(char c) {
    std::string& row = m_rows[m_row];
    if (row.size() <= m_column) row.resize(m_column + 1, ' ');
    row[m_column++] = c;
  }
  std::size_t control(std::string_view text, std::size_t at) {
    REQUIRE(text.substr(at, 2) == "\x1b[");
    const std::size_t end = text.find_first_not_of("0123456789;?", at + 2);
    const std::string parameter(text.substr(at + 2, end - at - 2));
    switch (text[end]) {
      case 'A':
        m_row -= static_cast<std::size_t>(std::stoi(parameter));
        break;
      case 'J':
        m_rows.resize(m_row + 1);
        m_rows[m_row].resize(m_column);
        break;
      case 'm':
      case 'h':
      case 'l':
        break;
      default:
        FAIL("unknown control sequence ending in " << text[end]);
    }
    return end;
  }

  std::vector<std::string> m_rows{""};
  std::size_t m_row = 0, m_column = 0;
};

TEST_CASE("what stays on a terminal is what a file would have got") {
  Screen screen;
  screen.write(shown({.terminal = true, .colour = true, .columns = 80}, sample_run()));
  CHECK(screen.text() == shown({.terminal = false, .columns = 80}, sample_run()) + "\n");
}

TEST_CASE("without colour and terminal no control sequence is written, whatever a server sent") {
  for (const bool verbose : {false, true})
    CHECK(shown({.verbose = verbose}, sample_run()).find_first_of("\x1b\r\x07") == std::string::npos);
}

TEST_CASE("passes are counted, and listed only when asked for") {
  const std::string passed = "documented/terminate/in-flight-completes[workers=4]@reference";
  CHECK(shown({}, sample_run()).find(passed) == std::string::npos);
  CHECK(shown({.verbose = true}, sample_run()).find("pass  " + passed) != std::string::npos);
}

TEST_CASE("each reason of a skip is told once, with how often") {
  const std::string text = shown({}, sample_run());
  const std::string reason = "2 x needs a terminal, which this machine does not have\n";
  const auto at = text.find(reason);
  REQUIRE(at != std::string::npos);
  CHECK(text.find("needs a terminal", at + reason.size()) == std::string::npos);
}

TEST_CASE("the progress lines fit the terminal, whatever the names") {
  LiveState state;
  state.total = 100000;
  state.failures = 1000;
  state.errors = 1000;
  state.running = {std::string(300, 'x'), "漢字漢字漢字漢字漢字漢字漢字", nasty(), "short"};
  for (int columns = 20; columns < 200; ++columns) {
    LiveLines lines(columns, Paint(true));
    Screen screen;
    screen.write(lines.draw(state));
    REQUIRE(screen.rows().size() == 2);
    for (const std::string& row : screen.rows()) {
      INFO(columns << " columns: " << row);
      CHECK(columns_of(row) < static_cast<std::size_t>(columns));
    }
    screen.write(lines.erase());
    CHECK(screen.text() == "\n");
  }
}

TEST_CASE("a terminal of no useful width gets no progress lines") {
  LiveLines lines(10, Paint(false));
  CHECK(lines.draw({}).empty());
  CHECK(lines.erase().empty());
}

TEST_CASE("time that passes is shown between the events") {
  Screen screen;
  ConsoleStyle style;
  style.terminal = true;
  auto time = std::make_shared<std::chrono::steady_clock::time_point>();
  style.now = [time] { return *time; };
  const auto console = make_console([&](std::string_view piece) { screen.write(piece); }, style);
  Plan plan;
  plan.cases = 3;
  console->run_begun(plan);
  Case one;
  one.id = "documented/a/b@reference";
  console->case_begun(one);
  *time += std::chrono::seconds(75);
  console->tick();
  REQUIRE(screen.rows().size() == 3);
  CHECK(screen.rows()[1] == "0/3  1:15");
  CHECK(screen.rows()[2] == "running documented/a/b@reference");
}

TEST_CASE("the command that runs a case again is the run's own, with the case") {
  const RunResult run = sample_run();
  CHECK(shown({}, run).find("  clusterspec run -i it.toml 'documented/") != std::string::npos);
  std::string text;
  const auto console = make_console([&](std::string_view piece) { text += piece; }, {});
  Plan plan;
  plan.cases = 1;
  plan.implementation = "it";
  plan.rerun = "clusterspec run ";
  plan.rerun_end = " -- ./it '{port}'";
  console->run_begun(plan);
  console->run_ended(run);
  CHECK(text.find("@reference' -- ./it '{port}'\n") != std::string::npos);
}

TEST_CASE("an interrupted run says how far it came") {
  RunResult run = sample_run();
  run.interrupted = true;
  CHECK(shown({}, run).find("Interrupted: 10 of 10 cases ended\n") != std::string::npos);
}

TEST_CASE("a failure whose journal was not kept is still explained") {
  CaseResult result = sample_run().cases[1];
  result.journal.clear();
  result.journal_file.clear();
  const std::string text = explain(result, sample_catalogue());
  CHECK(text.find("(the journal of this case was not kept)") != std::string::npos);
  CHECK(text.find("Journal      was not kept\n") != std::string::npos);
}

TEST_CASE("a requirement that the catalogue does not have is still named") {
  const std::string text = explain(sample_run().cases[1], {});
  CHECK(text.find("Required     terminate.launcher-closes-last\n") != std::string::npos);
}

}  // namespace
}  // namespace clusterspec
